// Copies the rows of an export with DuckDB into files of the same format, each table
// from a table in memory, and prints as one line of JSON how many microseconds that
// took by the clock and of processor time.
//
//   node copy.mjs FOLDER FORMAT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const [folder, format] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();
const quoted = (name) => `'${name.replaceAll("'", "''")}'`;
const reads = {
  csv: (file) => `read_csv(${quoted(file)}, header = true, all_varchar = true)`,
  ndjson: (file) => `read_json(${quoted(file)}, format = 'newline_delimited')`,
  parquet: (file) => `read_parquet(${quoted(file)})`,
};
const writes = { csv: "FORMAT csv, HEADER", ndjson: "FORMAT json", parquet: "FORMAT parquet, COMPRESSION zstd" };
const tables = ["contacts", "attempts", "transcripts"];
for (const table of tables) {
  await connection.run(`CREATE TABLE ${table} AS SELECT * FROM ${reads[format](join(folder, `${table}.${format}`))}`);
}
const into = mkdtempSync(join(tmpdir(), "duckdb-"));
const [wall, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
for (const table of tables) {
  await connection.run(`COPY ${table} TO ${quoted(join(into, `${table}.${format}`))} (${writes[format]})`);
}
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ Wall: Number(process.hrtime.bigint() - wall) / 1000, CPU: used.user + used.system }));
rmSync(into, { recursive: true });
