import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const noOpenIngress: Policy = {
  id: 'no-open-ingress',
  severity: 'deny',
  text: 'No security group and no network policy lets the internet in.',
  why: 'A password would be all that stands between the internet and the data, and scanners find an open port within minutes.',
  fix: 'Name the address ranges or the security groups of the clients. The ones of the environment are a good start.',
  ...asking(({ ingress }) => ingress),
};
