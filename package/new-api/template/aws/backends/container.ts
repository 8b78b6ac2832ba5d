import { standInRegion as region, sharedConfig } from '../../../../../functions/aws/shared-config.ts';
import { image } from '../../../../../functions/containers/facts.ts';
import { containerBackend, server, serverHost } from '../../../../../functions/containers/server.ts';
import type { Context, Expansion } from '../../../../../functions/core/api.ts';
import { bind, bindingKey } from '../../../../../functions/core/binding.ts';
import { type FactsOf, needsOf } from '../../../../../functions/core/facts.ts';
import { composedName } from '../../../../../functions/core/names.ts';
import { protection } from '../../../../../functions/kinds/crossplane/usage.ts';
import { type Binding, binding, suffix, type TemplateSettings } from '../schema.ts';

const needs = needsOf(image('template', 'image of the server that stands in for AWS', 'docker.io/motoserver/moto'));
type Needs = FactsOf<typeof needs>;

const tag = '5.1.4';
const port = 5000;

/** The server takes any credentials, but SDKs want some. */
const anybody = { accessKeyId: 'unchecked', secretAccessKey: 'unchecked' };

function expand({ claim, environment, settings, facts, observed }: Context<TemplateSettings, Needs>): Expansion {
  const name = composedName(claim, suffix);
  const endpoint = `http://${serverHost(claim, name)}:${port}`;
  const fresh: Binding = {
    type: suffix,
    provider: 'container',
    name: claim.name,
    region,
    endpoint,
    config: sharedConfig({ region, endpoint, ...anybody }),
  };
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'the server');
  const pod = server({
    claim,
    name,
    app: 'moto',
    image: `${facts.images.template}:${tag}`,
    imageFrom: { environment, field: 'data.images.template' },
    user: 1000,
    port,
    probe: { path: '/moto-api/' },
    size: { cpu: '50m', cpuLimit: '1', memory: '256Mi' },
    dataPath: '/data',
    storageGiB: 1,
    persistent: false,
    deletion: settings.deletion,
    scratch: [],
    secretKeys: [],
    observed,
  });
  return {
    resources: { ...bound.resources, ...pod.resources, ...protection(claim, name, settings.deletion) },
    pending: { ...bound.pending, ...pod.pending },
    status: { name: claim.name },
  };
}

/** A server that stands in for AWS, in a pod of the claim's own namespace. It keeps everything in memory. */
export const container = containerBackend(needs, expand);
