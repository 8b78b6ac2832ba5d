import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';

const client = new Redis(readFileSync(`${process.argv[2]}/uri`, 'utf8'), { lazyConnect: true, retryStrategy: () => null });
client.on('error', (error) => console.error(error.message));
await client.connect();
console.log(await client.ping());
client.disconnect();
