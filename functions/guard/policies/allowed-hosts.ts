import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { isText, valuesAt } from '../../kinds/fields.ts';
import { each, propertyOf } from '../inspect.ts';

const namespacePlace = '{namespace}';

/** Whether a host is the one of a pattern, or below it. A `*` that is not a whole label would let one namespace write the end of another's. */
function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
}

export const allowedHosts: Policy = {
  id: 'allowed-hosts',
  severity: 'deny',
  text: 'Hosts under which something is reached from outside of the cluster are those that the environment names.',
  why: "Whoever is first to take another team's host gets its visitors, with their passwords and cookies, and a certificate in its name.",
  fix: 'Choose a host that the message lists, or have the platform team name another one in the environment.',
  allows:
    'Hosts, such as www.example.com, or all below one, such as *.apps.example.com. {namespace} stands for the namespace of the claim, so that no namespace has a host of another: *.{namespace}.apps.example.com.',
  check: each((object, _, { request, allowed }, card) => {
    const place = propertyOf(card, ({ hosts }) => hosts);
    if (place === undefined) return [];
    const namespace = request.claim.metadata?.namespace ?? '';
    const patterns = allowed.map((pattern) => pattern.replaceAll(namespacePlace, namespace));
    const want =
      patterns.length === 0 ? 'a host that data.policies.allowed-hosts.allow of the environment names' : `one of ${patterns.join(', ')}`;
    const found = valuesAt(object, place.path);
    // Without a host, it is reached under every one.
    const hosts = found.length === 0 ? [{ path: place.path, value: undefined }] : found;
    return hosts
      .filter(({ value }) => !isText(value) || !patterns.some((pattern) => covers(pattern, value)))
      .map(({ path, value }) => `${path}: got ${shown(value)}, want ${want}`);
  }),
};
