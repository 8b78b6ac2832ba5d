/** What ResourceQuota may bound in a namespace, and how many claims of each kind. */
interface Quota {
  readonly hard: Readonly<Record<string, string>>;
  readonly claims: number;
}

/** What comes into the cluster comes through an Ingress or a Gateway, which the platform runs. */
const closed = { 'services.loadbalancers': '0', 'services.nodeports': '0' };

const sized = (
  pods: number,
  {
    cpu,
    memoryGiB,
    storageGiB,
    claims,
  }: { readonly cpu: number; readonly memoryGiB: number; readonly storageGiB: number; readonly claims: number },
): Quota => ({
  hard: {
    pods: String(pods),
    'requests.cpu': String(cpu),
    'requests.memory': `${memoryGiB}Gi`,
    'limits.memory': `${2 * memoryGiB}Gi`,
    'requests.storage': `${storageGiB}Gi`,
    persistentvolumeclaims: String(pods),
    ...closed,
  },
  claims,
});

export const quotas = {
  small: sized(20, { cpu: 4, memoryGiB: 8, storageGiB: 200, claims: 10 }),
  medium: sized(60, { cpu: 16, memoryGiB: 32, storageGiB: 1000, claims: 30 }),
  large: sized(200, { cpu: 64, memoryGiB: 128, storageGiB: 4000, claims: 100 }),
} satisfies Readonly<Record<string, Quota>>;
export type QuotaSize = keyof typeof quotas;

/** What a container asks for, and may use, that does not say: a quota admits no pod that says nothing. */
export const usualLimits = {
  type: 'Container',
  defaultRequest: { cpu: '100m', memory: '128Mi' },
  default: { memory: '512Mi' },
};
