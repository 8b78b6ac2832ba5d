import { standInRegion as region } from '../../../aws/shared-config.ts';
import { image } from '../../../containers/facts.ts';
import { containerBackend, runningServer, secretPath, server, serverHost, shell } from '../../../containers/server.ts';
import type { Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues, issueOnce } from '../../../core/binding.ts';
import { type FactsOf, needsOf } from '../../../core/facts.ts';
import { composedName } from '../../../core/names.ts';
import { protection } from '../../../kinds/crossplane/usage.ts';
import { type BucketSettings, binding, completeBinding, suffix } from '../schema.ts';

const needs = needsOf(image('s3', 'image of the S3-compatible server', 'docker.io/versity/versitygw'));
type Needs = FactsOf<typeof needs>;

const version = 'v1.8.0';
const port = 7070;

/** Any but root; the image has no files of a user. */
const user = 1000;

const accessKeyId = 'app';
const secretKey = 'aws_secret_access_key';

const dataPath = '/data';
const healthPath = '/health';

/**
 * Buckets are folders. What is known of objects lies beside them and not in extended attributes, which not every volume has, and
 * a bucket's versioning is one byte there. https://github.com/versity/versitygw/blob/v1.8.0/backend/posix/posix.go
 */
function start(bucket: string, domain: string, versioning: boolean): readonly string[] {
  const [objects, metadata, versions] = [`${dataPath}/objects`, `${dataPath}/metadata`, `${dataPath}/versions`];
  const state = `${metadata}/${bucket}/meta/versioning`;
  return shell(
    [
      `mkdir -p ${objects}/${bucket} ${metadata}/${bucket}/meta ${versions}`,
      versioning ? `printf '\\001' > ${state}` : `{ [ ! -e ${state} ] || printf '\\000' > ${state}; }`,
      `export ROOT_ACCESS_KEY_ID=${accessKeyId} ROOT_SECRET_ACCESS_KEY="$(sed -n 's/^${secretKey} = //p' ${secretPath}/config)"`,
      `exec versitygw --quiet --port :${port} --region ${region} --health ${healthPath} --virtual-domain ${domain} posix --sidecar ${metadata} --versioning-dir ${versions} ${objects}`,
    ].join(' && '),
  );
}

function expand(context: Context<BucketSettings, Needs>): Expansion {
  const { claim, environment, settings, facts, observed } = context;
  const name = composedName(claim, suffix);
  const host = serverHost(claim, name);
  const endpoint = `http://${host}:${port}`;
  // The pod's own name, so that <bucket>.<host> is found in the cluster's DNS, as clients want it that put the bucket there.
  const bucket = `${name}-0`;
  const issued = issuedValues(binding, observed[bindingKey])?.['config']?.match(new RegExp(`^${secretKey} = (.+)$`, 'm'))?.[1];
  const secretAccessKey = issueOnce(context, issued);
  const fresh =
    secretAccessKey === undefined
      ? undefined
      : completeBinding({ provider: 'container', bucket, region, endpoint }, { endpoint, accessKeyId, secretAccessKey });
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'a secret key');
  const running = runningServer([], observed['server']);
  const serving = server({
    claim,
    name,
    app: 's3',
    image: `${facts.images.s3}:${version}`,
    imageFrom: { environment, field: 'data.images.s3' },
    user,
    port,
    size: { cpu: '50m', cpuLimit: '1', memory: '256Mi' },
    command: start(bucket, host, settings.versioning),
    probe: { path: healthPath },
    dataPath,
    storageGiB: running?.storageGiB ?? settings.storageGiB,
    persistent: running?.persistent ?? settings.persistence === 'Persistent',
    deletion: settings.deletion,
    scratch: [],
    secretKeys: ['config'],
    observed,
  });
  return {
    resources: {
      ...bound.resources,
      ...serving.resources,
      ...protection(claim, name, settings.deletion),
    },
    pending: { ...bound.pending, ...serving.pending },
    status: { bucket, endpoint },
    ...(bound.refusal && { refusal: bound.refusal }),
  };
}

/** An S3-compatible server in a pod of the claim's own namespace. */
export const container = containerBackend(needs, expand);
