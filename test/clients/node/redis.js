import { readFileSync } from 'node:fs';
import { createClient } from 'redis';

const client = createClient({ url: readFileSync(`${process.argv[2]}/uri`, 'utf8'), socket: { reconnectStrategy: false } });
await client.connect();
console.log(await client.ping());
client.destroy();
