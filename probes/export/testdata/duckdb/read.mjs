// Reads a table of an export with DuckDB, from Parquet and from CSV, and prints
// as one line of JSON what it finds: the rows in each and, for each column, its
// type in Parquet and of both files how many values there are and what they
// come to: the sum of numbers, the SHA-256 of all else in order.
//
//   node read.mjs FILE.parquet FILE.csv
import { createHash } from "node:crypto";
import { DuckDBInstance } from "@duckdb/node-api";

const [parquet, csv] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await connection.run("SET TimeZone = 'UTC'");

const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();
const quoted = (name) => `'${name.replaceAll("'", "''")}'`;

// What each file is to DuckDB, and how a value of it is the same text in both.
const files = [
  {
    from: `read_parquet(${quoted(parquet)})`,
    text: (column, type) => (type.startsWith("TIMESTAMP") ? `strftime("${column}", '%Y-%m-%dT%H:%M:%S.%fZ')` : `"${column}"::VARCHAR`),
  },
  {
    from: `read_csv(${quoted(csv)}, header = true, all_varchar = true, nullstr = '', allow_quoted_nulls = false,
      quote = '"', escape = '"', delim = ',', parallel = false)`,
    text: (column, type) => (type === "VARCHAR" ? `CASE WHEN starts_with("${column}", '''') THEN substr("${column}", 2) ELSE "${column}" END` : `"${column}"`),
  },
];

async function content({ from, text }, column, type) {
  const [[values]] = await rows(`SELECT count("${column}") FROM ${from}`);
  if (type === "DOUBLE" || type === "BIGINT") {
    const [[sum]] = await rows(`SELECT coalesce(sum("${column}"::DOUBLE), 0) FROM ${from}`);
    return { values: Number(values), content: String(sum) };
  }
  const hash = createHash("sha256");
  for (const [value] of await rows(`SELECT ${text(column, type)} FROM ${from}`)) {
    hash.update(value === null ? "\0" : `${value}\n`);
  }
  return { values: Number(values), content: hash.digest("hex") };
}

const found = { rows: [], columns: [] };
for (const { from } of files) {
  found.rows.push(Number((await rows(`SELECT count(*) FROM ${from}`))[0][0]));
}
for (const [name, type] of await rows(`DESCRIBE SELECT * FROM ${files[0].from}`)) {
  const column = { name, type, in: [] };
  for (const file of files) {
    column.in.push(await content(file, name, type));
  }
  found.columns.push(column);
}
console.log(JSON.stringify(found));
