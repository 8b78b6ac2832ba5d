import { readFileSync } from 'node:fs';
import pg from 'pg';

const client = new pg.Client({ connectionString: readFileSync(`${process.argv[2]}/uri`, 'utf8') });
await client.connect();
const { rows } = await client.query('SELECT current_database() AS database, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
console.log(rows[0].database, rows[0].ssl);
await client.end();
