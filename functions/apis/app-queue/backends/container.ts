import { standInRegion as region, sharedConfig } from '../../../aws/shared-config.ts';
import { image } from '../../../containers/facts.ts';
import { containerBackend, server, serverHost } from '../../../containers/server.ts';
import type { Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { composedName } from '../../../core/names.ts';
import { protection } from '../../../kinds/crossplane/usage.ts';
import { type Binding, binding, deadLetters, fifoSuffix, type QueueSettings, suffix } from '../schema.ts';

const needs = needsOf(image('sqs', 'image of the SQS-compatible server', 'docker.io/softwaremill/elasticmq-native'));
type Needs = FactsOf<typeof needs>;

const tag = '1.7.1';
const port = 9324;

/** uid that the image's files belong to, where they do not belong to root; everybody can read those. */
const elasticmqUser = 1001;

/** The server has no accounts and takes any credentials, but SDKs want some. */
const accountId = '000000000000';
const anybody = { accessKeyId: 'unchecked', secretAccessKey: 'unchecked' };

/** A configuration that differs from AWS in nothing that a client notices but retention, which the server does not have. */
function configOf(host: string, name: string, deadLetterName: string, settings: QueueSettings): string {
  const sort = settings.fifo ? 'fifo = true, contentBasedDeduplication = true' : 'fifo = false';
  return `include classpath("application.conf")
node-address { protocol = http, host = "${host}", port = ${port}, context-path = "" }
generate-node-address = false
rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "0.0.0.0", sqs-limits = strict }
aws { region = "${region}", accountId = "${accountId}" }
queues {
  "${name}" {
    ${sort}
    defaultVisibilityTimeout = ${settings.visibilityTimeoutSeconds} seconds
    deadLettersQueue { name = "${deadLetterName}", maxReceiveCount = ${settings.maxReceives} }
  }
  "${deadLetterName}" { ${sort} }
}
`;
}

function expand({ claim, environment, settings, facts, observed }: Context<QueueSettings, Needs>): Expansion {
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const endpoint = `http://${host}:${port}`;
  const queue = `${claim.name}${fifoSuffix(settings.fifo)}`;
  const deadLetterQueue = `${claim.name}${deadLetters}${fifoSuffix(settings.fifo)}`;
  const uri = `${endpoint}/${accountId}/${queue}`;
  const fresh: Binding = {
    type: 'sqs',
    provider: 'container',
    queue,
    uri,
    'dead-letter-uri': `${endpoint}/${accountId}/${deadLetterQueue}`,
    region,
    endpoint,
    config: sharedConfig({ region, endpoint, ...anybody }),
  };
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'the server');
  const serving = server({
    claim,
    name,
    app: 'sqs',
    image: `${facts.images.sqs}:${tag}`,
    imageFrom: { environment, field: 'data.images.sqs' },
    user: elasticmqUser,
    port,
    size: { cpu: '50m', cpuLimit: '1', memory: '256Mi' },
    config: { path: '/opt/elasticmq.conf', text: configOf(host, queue, deadLetterQueue, settings) },
    // The server listens before it has made its queues.
    probe: { path: `/?Action=GetQueueUrl&QueueName=${queue}` },
    dataPath: '/data',
    storageGiB: 1,
    persistent: false,
    deletion: settings.deletion,
    scratch: [],
    secretKeys: [],
    observed,
  });
  const resources = { ...bound.resources, ...serving.resources, ...protection(claim, name, settings.deletion) };
  return { resources, pending: { ...bound.pending, ...serving.pending }, status: { url: uri } };
}

/** An ElasticMQ in a pod of the claim's own namespace. It keeps messages in memory. */
export const container = containerBackend(needs, expand);
