import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appDatabase } from '../../functions/apis/app-database/index.ts';
import { goldenPath } from '../../functions/golden-path.ts';
import { definePlatform } from '../../functions/platform.ts';
import { scratch, write } from '../../test/planning.ts';
import { InputError } from '../input.ts';
import { convert } from './convert.ts';
import { workloadsOf } from './workload.ts';

const head = 'apiVersion: score.dev/v1b1\nmetadata: {name: orders}\n';
const app = 'containers: {main: {image: registry.example.com/orders:1}}\n';

/** A workload of one container, with more lines below it. */
const score = (...lines: readonly string[]) => `${head}${app}${lines.join('\n')}\n`;

/** One that has variables, and resources. */
const using = (variable: string, ...resources: readonly string[]) =>
  [
    head,
    'containers:\n  main:\n    image: registry.example.com/orders:1\n    variables:\n',
    `      VALUE: '${variable}'\n`,
    ...(resources.length > 0 ? ['resources:\n', ...resources.map((each) => `  ${each}\n`)] : []),
  ].join('');

const fileOf = (text: string, index = 0) => ({
  path: index === 0 ? 'score.yaml' : `score-${index}.yaml`,
  text,
  folder: scratch(),
  root: async () => scratch(),
});

async function converted(texts: readonly string[], domain?: string) {
  const { claims, remarks } = await convert(workloadsOf(texts.map(fileOf)), goldenPath, domain);
  return { claims: claims.map(({ object }) => object), remarks };
}

async function refusal(...texts: readonly string[]): Promise<string> {
  const error = await converted(texts).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

/** What the app says, without its image. */
async function appSpec(...texts: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { claims } = await converted(texts);
  const spec = claims.find(({ kind }) => kind === 'AppService')?.['spec'];
  return Object.fromEntries(Object.entries(spec ?? {}).filter(([name]) => name !== 'image'));
}

const apiVersion = 'platform.internal/v1alpha1';

describe('each type of resource', () => {
  const value = async (output: string, ...resources: readonly string[]) => {
    const { env } = (await appSpec(using(`\${resources.${output}}`, ...resources))) as { readonly env: { readonly VALUE: string } };
    return env.VALUE;
  };

  test.each([
    ['postgres', 'host', '${bindings.orders-it-database.host}'],
    ['postgres', 'port', '${bindings.orders-it-database.port}'],
    ['postgres', 'name', '${bindings.orders-it-database.database}'],
    ['postgres', 'database', '${bindings.orders-it-database.database}'],
    ['postgres', 'username', '${bindings.orders-it-database.username}'],
    ['postgres', 'password', '${bindings.orders-it-database.password}'],
    ['postgres', 'connection_string', '${bindings.orders-it-database.uri}'],
    ['postgres', 'jdbc-uri', '${bindings.orders-it-database.jdbc-uri}'],
    ['redis', 'host', '${bindings.orders-it-cache.host}'],
    ['redis', 'port', '${bindings.orders-it-cache.port}'],
    ['redis', 'username', 'default'],
    ['redis', 'password', '${bindings.orders-it-cache.password}'],
    ['redis', 'connection_string', '${bindings.orders-it-cache.uri}'],
    ['s3', 'bucket', '${bindings.orders-it-bucket.bucket}'],
    ['s3', 'endpoint', '${bindings.orders-it-bucket.endpoint}'],
    ['s3', 'region', '${bindings.orders-it-bucket.region}'],
    ['s3', 'connection_string', '${bindings.orders-it-bucket.uri}'],
    ['s3', 'config_file', '/bindings/orders-it-bucket/config'],
    ['sqs', 'name', '${bindings.orders-it-queue.queue}'],
    ['sqs', 'url', '${bindings.orders-it-queue.uri}'],
    ['sqs', 'region', '${bindings.orders-it-queue.region}'],
    ['sqs', 'endpoint', '${bindings.orders-it-queue.endpoint}'],
    ['sqs', 'connection_string', '${bindings.orders-it-queue.uri}'],
    ['sqs', 'config_file', '/bindings/orders-it-queue/config'],
    ['service', 'name', '${bindings.it-service.host}'],
    ['dns', 'host', 'orders.localhost'],
  ])('%s has %s', async (type, output, expected) => {
    expect(await value(`it.${output}`, `it: {type: ${type}}`)).toBe(expected);
  });

  test('an environment has what its params say', async () => {
    expect(
      await value(
        'env.LEVEL',
        'env: {type: environment, params: {LEVEL: "${metadata.name} ${resources.db.host}"}}',
        'db: {type: postgres}',
      ),
    ).toBe('orders ${bindings.orders-db-database.host}');
  });

  test('a service-port has the host and the port of a workload that is given too', async () => {
    const cart = `apiVersion: score.dev/v1b1\nmetadata: {name: cart}\nservice: {ports: {web: {port: 80, targetPort: 8080}}}\n${app}`;
    const orders = using(
      '${resources.web.hostname}:${resources.web.port}',
      'web: {type: service-port, params: {workload: cart, port: web}}',
    );
    expect(await appSpec(orders, cart)).toEqual({
      bindings: [{ kind: 'AppService', name: 'cart' }],
      env: { VALUE: '${bindings.cart-service.host}:80' },
    });
    expect(await refusal(orders)).toBe(
      'cannot convert "score.yaml:9": resources.web.params.port: got "web", which only the Score file of cart says, want that file too',
    );
    expect(await refusal(orders.replace('port: web', 'port: admin'), cart)).toBe(
      'cannot convert "score.yaml:9": resources.web.params.port: got "admin", want a port of cart: web',
    );
  });

  test('a route leads to the port that it names, at the host of a dns', async () => {
    const text = score(
      'service: {ports: {admin: {port: 9000}, main: {port: 80, targetPort: 8080}, stream: {port: 81, protocol: UDP}}}',
      'resources:',
      '  dns: {type: dns, params: {host: "${metadata.name}.example.com"}}',
      '  way: {type: route, params: {host: "${resources.dns.host}", path: /api, port: 80}}',
    );
    const expected = {
      port: 80,
      targetPort: 8080,
      ports: [
        { name: 'admin', port: 9000 },
        { name: 'stream', port: 81, protocol: 'UDP' },
      ],
      host: 'orders.example.com',
      path: '/api',
    };
    expect(await appSpec(text)).toEqual(expected);
    expect(await appSpec(text.replace('port: 80}}', 'port: main}}'))).toEqual(expected);
    expect(await refusal(text.replace('port: 80}}', 'port: stream}}'))).toBe(
      'cannot convert "score.yaml:7": resources.way.params.port: got "stream", want a TCP port of service.ports: admin, main',
    );
  });

  test('a host that nothing says ends in the domain of the repository', async () => {
    const { claims } = await converted([using('${resources.dns.host}', 'dns: {type: dns}')], 'shop.example.com');
    expect(claims[0]?.['spec']).toMatchObject({ env: { VALUE: 'orders.shop.example.com' } });
  });

  test('an autoscaler is a range of pods', async () => {
    const scaling = (params: string) => appSpec(score(`resources: {scale: {type: horizontal-pod-autoscaler, params: ${params}}}`));
    expect(await scaling('{minReplicas: 4, maxReplicas: 9, targetCPUUtilizationPercentage: 60}')).toEqual({
      autoscaling: { min: 4, max: 9, cpuPercent: 60 },
    });
    expect(await scaling('{}')).toEqual({ autoscaling: { min: 2, max: 3 } });
    expect(await scaling('{minReplicas: 5}')).toEqual({ autoscaling: { min: 5, max: 5 } });
  });

  test('a volume goes with the pods, or is persistent', async () => {
    const text = [
      head,
      'containers:\n  main:\n    image: i:1\n    volumes:\n      /data: {source: "${resources.data}"}\n      /more: {source: "${resources.more.source}"}\n      /kept: {source: "${resources.kept}"}\n',
      'resources: {data: {type: volume}, more: {type: volume, params: {sizeMiB: 64}}, kept: {type: volume, params: {storageGiB: 20}}}\n',
    ].join('');
    expect(await appSpec(text)).toEqual({
      volumes: [
        { name: 'data', path: '/data', sizeMiB: 1024 },
        { name: 'more', path: '/more', sizeMiB: 64 },
        { name: 'kept', path: '/kept', persistent: { storageGiB: 20 } },
      ],
    });
  });

  test('a bucket and a queue let the account of the app in, which has an identity', async () => {
    const { claims } = await converted([score('resources: {files: {type: s3, params: {readers: [reports]}}, jobs: {type: sqs}}')]);
    expect(claims.slice(0, -1)).toEqual([
      { apiVersion, kind: 'AppBucket', metadata: { name: 'orders-files' }, spec: { readers: ['reports'], writers: ['orders-service'] } },
      {
        apiVersion,
        kind: 'AppQueue',
        metadata: { name: 'orders-jobs' },
        spec: { consumers: ['orders-service'], producers: ['orders-service'] },
      },
      { apiVersion, kind: 'AppIdentity', metadata: { name: 'orders' }, spec: { serviceAccount: 'orders-service' } },
    ]);
  });

  test('what workloads share is one claim, which lets both in', async () => {
    const shared = (name: string, extra = '') =>
      `apiVersion: score.dev/v1b1\nmetadata: {name: ${name}}\n${app}resources: {files: {type: s3, id: shop.files${extra}}}\n`;
    const { claims } = await converted([shared('orders'), shared('reports')]);
    expect(claims.map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual([
      'AppBucket shop-files',
      'AppIdentity orders',
      'AppIdentity reports',
      'AppService orders',
      'AppService reports',
    ]);
    expect(claims[0]?.['spec']).toEqual({ writers: ['orders-service', 'reports-service'] });
    expect(await refusal(shared('orders'), shared('reports', ', params: {versioning: true}'))).toBe(
      'cannot convert "score-1.yaml:4": resources.files: it is AppBucket shop-files, of which "score.yaml:4" says something else, want the same params and annotations',
    );
    expect(await refusal(shared('orders'), shared('reports', ', class: s3'))).toBe(
      'cannot convert "score-1.yaml:4": resources.files: it would be AppBucket shop-files, which "score.yaml:4" is too, want another name, or one id and class for both',
    );
    expect(await refusal(shared('orders'), shared('orders'))).toBe(
      'cannot convert "score-1.yaml:2": metadata.name: got "orders", which "score.yaml:2" is too, want each workload once',
    );
  });

  test('two names that come to one are refused', async () => {
    const text = (name: string, resource: string) =>
      `apiVersion: score.dev/v1b1\nmetadata: {name: ${name}}\n${app}resources: {${resource}: {type: postgres}}\n`;
    expect(await refusal(text('shop', 'orders-db'), text('shop-orders', 'db'))).toBe(
      'cannot convert "score-1.yaml:4": resources.db: it would be AppDatabase shop-orders-db, which "score.yaml:4" is too, want another name, or one id and class for both',
    );
  });

  test('a class is a size, or a backend, which the environment decides', async () => {
    const { claims, remarks } = await converted([
      score(
        'resources:',
        '  db: {type: postgres, class: large, params: {version: "16"}, metadata: {annotations: {team: shop}}}',
        '  cache: {type: redis, class: elasticache}',
      ),
    ]);
    expect(claims.slice(0, -1)).toEqual([
      {
        apiVersion,
        kind: 'AppDatabase',
        metadata: { name: 'orders-db', annotations: { team: 'shop' } },
        spec: { size: 'large', version: '16' },
      },
      { apiVersion, kind: 'AppCache', metadata: { name: 'orders-cache' }, spec: {} },
    ]);
    expect(remarks).toEqual([{ path: 'score.yaml:6', why: 'which backend AppCache orders-cache has is for the environment to say' }]);
  });
});

describe('a container', () => {
  const container = (...lines: readonly string[]) =>
    `${head}containers:\n  main:\n    image: registry.example.com/orders:1\n${lines.map((line) => `    ${line}\n`).join('')}`;

  test('is the app with what it is told, asked and given', async () => {
    const { claims } = await converted([
      `${container(
        'command: [serve]',
        'args: ["$(PORT)", "${resources.db.host}"]',
        'variables: {SAID: yes}',
        'resources: {requests: {cpu: "0.5", memory: 1G}, limits: {cpu: 750m, memory: 1.5Gi}}',
        'readinessProbe: {httpGet: {path: /ready, port: 8080, host: shop, httpHeaders: [{name: Cookie, value: probe}]}}',
        'livenessProbe: {exec: {command: [alive]}}',
      )}service: {ports: {web: {port: 8080}}}\n`.replace('{name: orders}', '{name: orders, annotations: {team: shop}}'),
    ]);
    expect(claims).toEqual([
      {
        apiVersion,
        kind: 'AppService',
        metadata: { name: 'orders', annotations: { team: 'shop' } },
        spec: {
          image: 'registry.example.com/orders:1',
          command: ['serve'],
          args: ['$(PORT)', '${resources.db.host}'],
          port: 8080,
          resources: { cpuMillicores: 500, cpuLimitMillicores: 750, memoryMiB: 1536 },
          env: { SAID: 'yes' },
          health: {
            path: '/ready',
            headers: [
              { name: 'Host', value: 'shop' },
              { name: 'Cookie', value: 'probe' },
            ],
            alive: { exec: ['alive'] },
          },
        },
      },
    ]);
  });

  test.each([
    ['{limits: {cpu: "2"}}', { cpuMillicores: 2000, cpuLimitMillicores: 2000 }],
    ['{requests: {memory: 100M}}', { memoryMiB: 96 }],
    ['{requests: {cpu: 1.0005}}'.replace('1.0005', '"1.0005"'), { cpuMillicores: 1001 }],
    ['{limits: {memory: 0.5Gi}}', { memoryMiB: 512 }],
    ['{limits: {memory: "67108865"}}', { memoryMiB: 65 }],
  ])('of resources %s', async (resources, expected) => {
    expect(await appSpec(container(`resources: ${resources}`))).toEqual({ resources: expected });
  });

  test('has files with what is in them, and from beside the Score file', async () => {
    write('config/app.ini', 'uri=${resources.db.connection_string}\n');
    const text = `${container(
      'files:',
      '  /etc/app.ini: {source: config/app.ini}',
      '  /etc/plain.ini: {source: config/app.ini, noExpand: true}',
      '  /etc/run.sh: {content: "echo $${HOME} $$ ${metadata.name}", mode: "755"}',
      '  /etc/hello: {binaryContent: aGVsbG8gJHt3b3JsZH0=, mode: "0400"}',
    )}resources: {db: {type: postgres}}\n`;
    expect(await appSpec(text)).toEqual({
      bindings: [{ kind: 'AppDatabase', name: 'orders-db' }],
      files: [
        { path: '/etc/app.ini', content: 'uri=${bindings.orders-db-database.uri}\n' },
        { path: '/etc/plain.ini', content: 'uri=$${resources.db.connection_string}\n' },
        { path: '/etc/run.sh', content: 'echo $${HOME} $ orders', mode: '0755' },
        { path: '/etc/hello', content: 'hello $${world}', mode: '0400' },
      ],
    });
    const list = container('files:', '  - {target: /etc/a, content: a}');
    expect(await appSpec(list)).toEqual({ files: [{ path: '/etc/a', content: 'a' }] });
    expect(await refusal(container('files:', '  - {content: a}'))).toBe(
      'cannot convert "score.yaml:7": containers.main.files.0.target: missing, want the path in the container',
    );
  });

  test('has no file of elsewhere, and none that is hidden', async () => {
    const folder = scratch('repository');
    for (const path of ['repository/deploy/.env', 'repository/.git/config', 'secret', 'repository/shared.ini']) write(path, 'token');
    mkdirSync(join(folder, 'deploy', 'sub'));
    symlinkSync(scratch('secret'), join(folder, 'deploy', 'link'));
    writeFileSync(join(folder, 'deploy', 'bytes'), Buffer.from([0xff, 0xfe]));
    writeFileSync(join(folder, 'deploy', 'large'), Buffer.alloc(1024 ** 2 + 1));
    const from = async (source: string) => {
      const file = {
        path: 'score.yaml',
        text: container(`files: {/etc/a: {source: '${source}'}}`),
        folder: join(folder, 'deploy'),
        root: async () => folder,
      };
      return await convert(workloadsOf([file]), goldenPath).then(
        () => 'converted',
        (error: Error) => error.message.replace('cannot convert "score.yaml:6": containers.main.files./etc/a.source: ', ''),
      );
    };
    const elsewhere = 'want a file of the repository or the folder that the Score file is in, and none that is hidden';
    for (const source of ['.env', '../.git/config', '../../secret', 'link', scratch('secret'), '/proc/self/environ'])
      expect(await from(source)).toBe(`got "${source}", ${elsewhere}`);
    expect(await from('../shared.ini')).toBe('converted');
    expect(await from('sub')).toBe('got "sub", want a file of at most 1048576 bytes');
    expect(await from('large')).toBe('got "large", want a file of at most 1048576 bytes');
    expect(await from('bytes')).toBe('it is not in UTF-8, want text, which is all that the files of an app have');
    expect(await from('none')).toBe('got "none", which cannot be read: ENOENT, want a file by its path from the Score file');
  });

  test('that others wait for starts before them, beside the app', async () => {
    const text = [
      head,
      'containers:\n',
      '  migrate: {image: "migrate:1", command: [migrate], variables: {URL: "${resources.db.connection_string}"}}\n',
      '  main: {image: "orders:1", before: {migrate: {ready: complete}, proxy: {ready: healthy}}}\n',
      '  proxy: {image: "proxy:1", before: {migrate: {ready: started}}, readinessProbe: {httpGet: {path: /, port: 8081}}, resources: {limits: {memory: 32Mi}}}\n',
      '  logs: {image: "logs:1", livenessProbe: {exec: {command: [ok]}}}\n',
      'resources: {db: {type: postgres}}\n',
    ].join('');
    const { claims, remarks } = await converted([text]);
    expect(claims.at(-1)?.['spec']).toEqual({
      image: 'orders:1',
      bindings: [{ kind: 'AppDatabase', name: 'orders-db' }],
      sidecars: [
        {
          name: 'migrate',
          image: 'migrate:1',
          command: ['migrate'],
          env: { URL: '${bindings.orders-db-database.uri}' },
          before: 'complete',
        },
        { name: 'proxy', image: 'proxy:1', memoryMiB: 32, health: { tcp: 8081 }, before: 'healthy' },
        { name: 'logs', image: 'logs:1', health: { exec: ['ok'] } },
      ],
    });
    expect(remarks).toEqual([{ path: 'score.yaml:6', why: 'it is asked whether its port takes connections' }]);
    expect(await refusal(text.replace('{migrate: {ready: started}}', '{main: {ready: started}}'))).toBe(
      'cannot convert "score.yaml:5": containers.main.before: got main after proxy after main, want no circle',
    );
    expect(await refusal(text.replace('{migrate: {ready: started}}', '{nobody: {ready: started}}'))).toBe(
      'cannot convert "score.yaml:6": containers.proxy.before.nobody: there is no such container, want one of migrate, main, proxy, logs',
    );
    expect(await refusal(text.replace('readinessProbe: {httpGet: {path: /, port: 8081}}, ', ''))).toBe(
      'cannot convert "score.yaml:6": containers.proxy: got no probe, want a readinessProbe of what is waited for until it is "healthy"',
    );
  });
});

test.each<[string, string, string]>([
  [
    'mysql',
    score('resources:', '  db:', '    type: mysql'),
    '6": resources.db.type: got "mysql", want postgres, the database that the platform has',
  ],
  [
    'mongodb',
    score('resources: {db: {type: mongodb}}'),
    '4": resources.db.type: got "mongodb", want postgres, whose type jsonb is for documents',
  ],
  [
    'amqp',
    score('resources: {q: {type: amqp}}').replace('{q:', '{queue:'),
    '4": resources.queue.type: got "amqp", want sqs, the queue that the platform has',
  ],
  [
    'kafka',
    score('resources: {queue: {type: kafka-topic}}'),
    '4": resources.queue.type: got "kafka-topic", want sqs, the queue that the platform has',
  ],
  [
    'a type that nobody knows',
    score('resources: {it: {type: constructor}}'),
    '4": resources.it.type: got "constructor", want one of dns, environment, horizontal-pod-autoscaler, postgres, redis, route, s3, service, service-port, sqs, volume',
  ],
  [
    'a class that there is not',
    score('resources: {db: {type: postgres, class: huge}}'),
    '4": resources.db.class: got "huge", want one of default, small, medium, large, xlarge, container, shared, rds',
  ],
  [
    'a class of what has none',
    score('resources: {host: {type: dns, class: small}}'),
    '4": resources.host.class: got "small", want default, the one class of dns',
  ],
  [
    'a param that no claim has',
    score('resources: {db: {type: postgres, params: {sise: 1}}}'),
    '4": resources.db.params.sise: unknown param, want one of engine, version, size, storageGiB, highAvailability, backupRetentionDays, extensions, parameters, databaseName, deletion, restoreFrom, copyableBy, backups, adopt, rotateAfterDays, running, ttlHours',
  ],
  [
    'a param that is wrong',
    score('resources: {db: {type: postgres, params: {version: "9"}}}'),
    '4": resources.db.params.version: AppDatabase orders-db: spec.version: got "9", want one of 16, 17, 18',
  ],
  [
    'a param that is not known yet',
    score(
      'resources:',
      '  db: {type: postgres}',
      '  way: {type: dns, params: {host: "${resources.db.host}"}}',
      '  env: {type: environment}',
    ).replace(app, 'containers: {main: {image: "i:1", variables: {A: "${resources.way.host}"}}}\n'),
    '6": resources.way.params.host: got "${resources.db.host}", want what is known before the resource is there',
  ],
  [
    'keys of AWS',
    using('${resources.files.access_key_id}', 'files: {type: s3}'),
    '7": containers.main.variables.VALUE: got "${resources.files.access_key_id}", want AWS_CONFIG_FILE: ${resources.files.config_file}, since in AWS an app has a role in place of keys',
  ],
  [
    'an output that every object of JavaScript has',
    using('${resources.files.constructor}', 'files: {type: s3}'),
    '7": containers.main.variables.VALUE: got "${resources.files.constructor}", want an output of files: bucket, config, config_file, connection_string, endpoint, provider, region, type, uri',
  ],
  [
    'another port of the name that an app gives its own',
    score(
      'service: {ports: {grpc: {port: 9000}, http: {port: 80}}}',
      'resources: {way: {type: route, params: {host: a.example.com, port: grpc}}}',
    ),
    '4": service.ports.http: got the name that the port of requests has, which is grpc, want another',
  ],
  [
    'an output that there is not',
    using('${resources.cache.constructor}', 'cache: {type: redis}'),
    '7": containers.main.variables.VALUE: got "${resources.cache.constructor}", want an output of cache: connection_string, host, password, port, provider, tls, type, uri, username',
  ],
  [
    'a resource that there is not',
    using('${resources.db.host}'),
    '7": containers.main.variables.VALUE: got "${resources.db.host}", want one of resources: there are none',
  ],
  [
    'metadata that there is not',
    using('${metadata.constructor.name}'),
    '7": containers.main.variables.VALUE: got "${metadata.constructor.name}", want a text of metadata, such as ${metadata.name}',
  ],
  [
    'another placeholder',
    using('${HOME}'),
    '7": containers.main.variables.VALUE: got "${HOME}", want ${metadata.name} or ${resources.<name>.<output>}, or $$ for a $ as it is',
  ],
  [
    'a $ before a placeholder',
    using('$$${resources.db.host}', 'db: {type: postgres}'),
    '7": containers.main.variables.VALUE: got a $ right before a placeholder, want something between them',
  ],
  [
    'params that go round',
    using(
      '${resources.one.A}',
      'one: {type: environment, params: {A: "${resources.two.A}"}}',
      'two: {type: environment, params: {A: "${resources.one.A}"}}',
    ),
    '10": resources.two.params.A: got "${resources.one.A}", want no circle of params',
  ],
  [
    'a service that is itself',
    score('resources: {orders: {type: service}}'),
    '4": resources.orders: got "orders", want another workload than this',
  ],
  [
    'two routes',
    score(
      'service: {ports: {web: {port: 80}}}',
      'resources:',
      '  one: {type: route, params: {host: a.example.com}}',
      '  two: {type: route, params: {host: b.example.com}}',
    ),
    '7": resources.two: it is the second route, want one',
  ],
  [
    'a route without a host',
    score('service: {ports: {web: {port: 80}}}', 'resources: {way: {type: route}}'),
    '5": resources.way.params.host: missing, want a host, such as ${resources.<name>.host} of type dns',
  ],
  [
    'an image that is yet to be built',
    score().replace('registry.example.com/orders:1', '.'),
    '3": containers.main.image: got ".", want the name of an image that is in a registry',
  ],
  [
    'a probe by HTTPS',
    score().replace('orders:1}', 'orders:1, livenessProbe: {httpGet: {path: /, port: 1, scheme: HTTPS}}}'),
    '3": containers.main.livenessProbe.httpGet.scheme: got "HTTPS", want HTTP, or exec',
  ],
  [
    'a name that is too long',
    score().replace('{name: orders}', `{name: ${'x'.repeat(41)}}`),
    `2": metadata.name: the AppService would have the name "${'x'.repeat(41)}", want one of at most 40 lower-case letters, digits and dashes, beginning with a letter`,
  ],
  [
    'a volume that is shared',
    score('resources: {data: {type: volume, id: data}}').replace('orders:1}', 'orders:1, volumes: {/data: {source: "${resources.data}"}}}'),
    '4": resources.data.id: got an id, want none: a volume goes with its pod',
  ],
  [
    'a volume that is only read',
    score('resources: {data: {type: volume}}').replace(
      'orders:1}',
      'orders:1, volumes: {/data: {source: "${resources.data}", readOnly: true}}}',
    ),
    '3": containers.main.volumes./data.readOnly: got true, want none: a volume is mounted whole, and can be written',
  ],
  [
    'a volume of no such resource',
    score().replace('orders:1}', 'orders:1, volumes: {/data: {source: data}}}'),
    '3": containers.main.volumes./data.source: got "data", want ${resources.<name>} of type volume',
  ],
  [
    'a port of a name that Kubernetes refuses',
    score('service: {ports: {http: {port: 80}, 1port: {port: 81}}}'),
    '4": service.ports: AppService orders: spec.ports.0.name: got "1port", want a match of /^[a-z]([-a-z0-9]*[a-z0-9])?$/',
  ],
  ['another version', 'apiVersion: score.dev/v1b2\n', '1": apiVersion: got "score.dev/v1b2", want a match of ^score\\.dev/v1b1$'],
  ['what the schema does not know', score('replicas: 2'), '4": replicas: unknown field'],
  ['a value of another type', score().replace('registry.example.com/orders:1', '3'), '3": containers.main.image: got 3, want string'],
  [
    'a probe that asks nothing',
    score().replace('orders:1}', 'orders:1, livenessProbe: {}}'),
    '3": containers.main.livenessProbe: want one of httpGet, exec',
  ],
  [
    'a file without anything in it',
    score().replace('orders:1}', 'orders:1, files: {/a: {mode: "0444"}}}'),
    '3": containers.main.files./a: want one of content, binaryContent, source',
  ],
  [
    'a name of a container',
    score().replace('{main:', '{Main:'),
    '3": containers.Main: the name is refused, want a match of ^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$',
  ],
])('%s is refused by file and line', async (_, text, problem) => {
  expect(await refusal(text)).toBe(`cannot convert "score.yaml:${problem}`);
});

test('a platform says what it has no API for', async () => {
  const small = definePlatform({ name: 'small', apis: [appDatabase], policies: [] });
  const message = async (text: string) => await convert(workloadsOf([fileOf(text)]), small).catch((error: Error) => error.message);
  expect(await message(score('resources: {cache: {type: redis}}'))).toBe(
    'cannot convert "score.yaml:4": resources.cache.type: got "redis", want one of dns, environment, horizontal-pod-autoscaler, postgres, route, service, service-port, volume',
  );
  expect(await message(score())).toBe(
    'cannot convert "score.yaml:2": metadata.name: it needs the API AppService, which the platform has not',
  );
});
