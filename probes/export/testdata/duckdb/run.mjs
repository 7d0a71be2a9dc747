// Runs named statements with DuckDB in a folder, and prints a table of each name
// that is asked for as one line of JSON: its rows as objects.
//
//   node run.mjs FOLDER STATEMENTS.json TABLE...
//
// STATEMENTS.json is a list of texts.
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const [folder, file, ...tables] = process.argv.slice(2);
const statements = JSON.parse(readFileSync(file, "utf8"));
process.chdir(folder);
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await connection.run("SET TimeZone = 'UTC'");
for (const statement of statements) {
  await connection.run(statement);
}
const found = {};
for (const table of tables) {
  const reader = await connection.runAndReadAll(`FROM ${table} ORDER BY ALL`);
  found[table] = reader.getRowObjectsJson();
}
console.log(JSON.stringify(found));
