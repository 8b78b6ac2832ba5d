import { existsSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { oneLine, shown } from '../functions/core/problem.ts';
import { InputError, named } from './input.ts';

export const checkKubeconfig = 'check KUBECONFIG or kubectl config current-context';

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function load(file: string): KubeConfig {
  const kubeconfig = new KubeConfig();
  try {
    kubeconfig.loadFromFile(file);
  } catch (error) {
    throw new InputError(
      `cannot read the kubeconfig: ${oneLine(error instanceof Error ? error.message : String(error))}; ${checkKubeconfig}`,
    );
  }
  return kubeconfig;
}

/** Of what several files name alike the first is meant, as kubectl has it. */
const firstOfEach = <Named extends { readonly name: string }>(all: readonly Named[]): Named[] => [
  ...new Map(all.toReversed().map((each) => [each.name, each])).values(),
];

/** The kubeconfig that kubectl would use: of `KUBECONFIG`, where missing files are nothing, or of the home folder, or of the pod. */
function loadAny(): KubeConfig {
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const files = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  const there = files.filter((file) => existsSync(file));
  const kubeconfig = new KubeConfig();
  if (there.length === 0 && listed.length === 0 && existsSync(serviceAccountToken)) {
    kubeconfig.loadFromCluster();
    return kubeconfig;
  }
  if (there.length === 0)
    throw new InputError(
      listed.length === 0
        ? 'cannot reach a cluster: there is no kubeconfig, neither KUBECONFIG nor ~/.kube/config, want one, as whoever runs the cluster gives you'
        : `cannot reach a cluster: KUBECONFIG: got ${listed.map(named).join(', ')}, want a file that is there`,
    );
  const loaded = there.map(load);
  kubeconfig.loadFromOptions({
    clusters: firstOfEach(loaded.flatMap(({ clusters }) => clusters)),
    users: firstOfEach(loaded.flatMap(({ users }) => users)),
    contexts: firstOfEach(loaded.flatMap(({ contexts }) => contexts)),
    currentContext: loaded.map(({ currentContext }) => currentContext).find((context) => context),
  });
  return kubeconfig;
}

/** Whether NO_PROXY has a host: `*`, a name and all below it, an address, or a range of them. */
function isDirect(host: string, list: string): boolean {
  const kind = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
  return list.split(',').some((entry) => {
    const [name = '', bits] = entry.trim().toLowerCase().split('/');
    if (name === '' || isIP(host) === 0 || bits === undefined) {
      const bare = name.replace(/:\d+$/, '').replace(/^\*?\./, '');
      return name === '*' || (bare !== '' && (host === bare || host.endsWith(`.${bare}`)));
    }
    const range = new BlockList();
    if (isIP(name) !== isIP(host)) return false;
    range.addSubnet(name, Number(bits), kind);
    return range.check(host, kind);
  });
}

/** The proxy that the environment asks for, in either case of letters, as kubectl reads it. */
function proxyOf(server: string): string | undefined {
  const { protocol, hostname } = new URL(server);
  const setting = (name: string) => process.env[name] || process.env[name.toLowerCase()] || undefined;
  const proxy = setting(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === undefined || isDirect(hostname.replace(/^\[|\]$/g, ''), setting('NO_PROXY') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A kubeconfig, and the cluster that one of its contexts is of. */
export interface Target {
  readonly kubeconfig: KubeConfig;
  readonly context: string;
  readonly server: string;
}

/** The cluster of a context, or else of the current one. */
export function targetOf(context: string | undefined): Target {
  const kubeconfig = loadAny();
  if (context !== undefined) {
    const names = kubeconfig.contexts.map(({ name }) => name);
    if (!names.includes(context))
      throw new InputError(`cannot reach a cluster: --context: got ${shown(context)}, want one of ${names.toSorted().join(', ')}`);
    kubeconfig.setCurrentContext(context);
  }
  const cluster = kubeconfig.getCurrentCluster();
  if (!URL.canParse(cluster?.server ?? '') || cluster === null)
    throw new InputError(`cannot reach the cluster: the kubeconfig's current context names none; ${checkKubeconfig}`);
  const proxyUrl = cluster.proxyUrl ?? proxyOf(cluster.server);
  if (proxyUrl !== undefined) {
    const proxied: Cluster = { ...cluster, proxyUrl };
    kubeconfig.clusters = kubeconfig.clusters.map((each) => (each === cluster ? proxied : each));
  }
  return { kubeconfig, context: kubeconfig.currentContext, server: cluster.server };
}
