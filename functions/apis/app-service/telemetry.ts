import type { Monitoring } from '../../containers/monitoring.ts';
import type { Context } from '../../core/api.ts';
import type { Variable } from './env.ts';
import type { ServiceSettings } from './schema.ts';

/** The name of the pod, under which no variable of the claim's own can be. */
const podName = 'pod.name';

/** The tag of an image, which is what people call the version of what is in it. */
const tagOf = (image: string) => /^(?:[^/]*\/)*[^/:@]+:(?<tag>[\w][\w.-]{0,127})(?:@|$)/.exec(image)?.groups?.['tag'];

/**
 * What tells SDKs of OpenTelemetry who they are in and where they send to, where the environment has a collector. Each pod is an
 * instance, or the metrics of two would be taken for one's. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function variablesFor({
  claim: { namespace, name },
  environment,
  settings: { image },
  facts: {
    monitoring: { openTelemetry },
  },
}: Context<ServiceSettings, { readonly monitoring: Pick<Monitoring, 'openTelemetry'> }>): readonly Variable[] {
  if (openTelemetry === undefined) return [];
  const version = tagOf(image);
  const attributes = {
    'service.namespace': namespace,
    'service.instance.id': `$(${podName})`,
    ...(version !== undefined && { 'service.version': version }),
    'deployment.environment.name': environment,
    'k8s.namespace.name': namespace,
    'k8s.pod.name': `$(${podName})`,
  };
  return [
    { name: podName, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: openTelemetry.endpoint },
    { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: openTelemetry.protocol },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value: Object.entries(attributes)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    },
    { name: 'OTEL_SERVICE_NAME', value: name },
  ];
}
