/** What an API is called in the places that name it. */
export interface Names {
  /** `AppTopic` */
  readonly kind: string;
  /** `apptopics` */
  readonly plural: string;
  /** `topic`: what names made for a claim end with, and the type of its binding. */
  readonly suffix: string;
  /** `app-topic` */
  readonly folder: string;
  /** `appTopic` */
  readonly variable: string;
  /** `TopicSettings` */
  readonly settings: string;
}

const schema = ({ suffix, settings }: Names) => `import * as z from 'zod';
import { bindingHead } from '../../core/binding.ts';
import { endpoint, endpointStatus } from '../../core/endpoint.ts';
import { field, type SettingsOf, setting } from '../../core/field.ts';
import { deletionField } from '../../core/protection.ts';

/** What names made for a claim end with, and the type of its binding. */
export const suffix = '${suffix}';

const sizes = ['small', 'large'] as const;
export type Size = (typeof sizes)[number];

const backendNames = ['container'] as const;

/** What claims say (\`field\`), and what the platform alone says (\`setting\`). A tier without a default has that of the one before it. */
export const fields = {
  backend: setting(z.enum(backendNames), { text: \`What the \${suffix} is realised with.\`, default: { dev: 'container' } }),
  size: field(z.enum(sizes), {
    text: 'Compute and memory. Changing it restarts the server.',
    default: { dev: 'small', prod: 'large' },
  }),
  deletion: deletionField('keeps the volume'),
  image: setting(z.string().min(1), { text: 'Image of the server, with its tag.', default: { dev: 'docker.io/valkey/valkey:8' } }),
  storageGiB: setting(z.int().min(1), {
    text: 'Size of the volume; one that exists keeps the size that it was made with.',
    unit: 'GiB',
    default: { dev: 5 },
  }),
};
export type ${settings} = SettingsOf<typeof fields>;

export const status = endpointStatus('${suffix}');

/** The same keys on every backend. */
export const binding = z.strictObject({
  ...bindingHead(suffix, backendNames),
  ...endpoint,
  password: z.string().min(1).describe('Password.'),
  uri: z.url().describe('All of it as one URI.'),
});
`;

const index = ({ kind, plural, suffix, variable }: Names) => `import { defineApi } from '../../core/api.ts';
import { container } from './backends/container.ts';
import * as schema from './schema.ts';

export const ${variable} = defineApi({
  kind: '${kind}',
  plural: '${plural}',
  doc: 'A ${suffix} for one app, with its connection details in a Secret named <claim>-${suffix}.',
  example: { name: 'orders', spec: {} },
  columns: [
    { name: 'SIZE', type: 'string', path: '.status.settings.size' },
    { name: 'HOST', type: 'string', path: '.status.host' },
  ],
  schema,
  backends: { container },
  // The Usage that protects a claim goes when its spec.deletion says so; whatever else was composed stays.
  releasable: ['protection'],
  claimPolicies: [],
});
`;

const container = ({
  settings,
}: Names) => `import { containerBackend, runningServer, secretPath, server, serverHost, shell } from '../../../containers/server.ts';
import type { Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues, issueOnce } from '../../../core/binding.ts';
import { needsOf } from '../../../core/facts.ts';
import { composedName } from '../../../core/names.ts';
import { protection } from '../../../kinds/crossplane/usage.ts';
import { binding, type Size, suffix, type ${settings} } from '../schema.ts';

const port = 6379;
const dataPath = '/data';

/** uid and gid of \`valkey\` in its image. */
const user = 999;

const memoryMiB: Readonly<Record<Size, number>> = { small: 256, large: 1024 };

/** The password comes from standard input, so that it is on no command line; data has half of the memory. */
const start = (size: Size) =>
  shell(\`exec valkey-server - --port \${port} --dir \${dataPath} --appendonly yes --maxmemory \${memoryMiB[size] / 2}mb <<EOF
requirepass $(cat \${secretPath}/password)
EOF\`);

const probe = shell(\`REDISCLI_AUTH="$(cat \${secretPath}/password)" valkey-cli -e -p \${port} ping\`);

function expand(context: Context<${settings}, unknown>): Expansion {
  const { claim, settings, observed } = context;
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const password = issueOnce(context, issuedValues(binding, observed[bindingKey])?.['password']);
  const values = password && {
    type: suffix,
    provider: 'container',
    host,
    port: String(port),
    password,
    uri: \`redis://:\${password}@\${host}:\${port}\`,
  };
  const bound = bind(claim, name, binding, values || undefined, observed[bindingKey], 'a password');
  const storageGiB = runningServer([], observed['server'])?.storageGiB ?? settings.storageGiB;
  const pod = server({
    claim,
    name,
    port,
    user,
    dataPath,
    storageGiB,
    probe,
    app: 'valkey',
    image: settings.image,
    command: start(settings.size),
    size: { cpu: '100m', cpuLimit: '1', memory: \`\${memoryMiB[settings.size]}Mi\` },
    persistent: true,
    deletion: settings.deletion,
    scratch: [],
    secretKeys: ['password'],
  });
  return {
    resources: { ...bound.resources, ...pod, ...protection(claim, name, settings.deletion) },
    pending: bound.pending,
    status: { host, port },
    inForce: { storageGiB },
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** A Valkey with a volume, in a pod of the claim's own namespace. */
export const container = containerBackend(needsOf(), expand);
`;

const test = ({ variable }: Names) => `import { expect } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { ${variable} } from './index.ts';

contract(${variable}, {
  secretKeys: ['password', 'uri'],
  checkBinding({ uri, host, port, password }) {
    const url = new URL(uri ?? '');
    expect([url.hostname, url.port, url.password]).toEqual([host, port, password]);
  },
});
`;

/** The files of a new API, by path in its folder. */
export const filesOf = (names: Names): Readonly<Record<string, string>> => ({
  'schema.ts': schema(names),
  'index.ts': index(names),
  'backends/container.ts': container(names),
  [`${names.folder}.test.ts`]: test(names),
});
