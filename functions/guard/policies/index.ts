import type { Policy } from '../../core/pipeline.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { allowedInstanceFamilies } from './allowed-instance-families.ts';
import { allowedRegions } from './allowed-regions.ts';
import { allowedRegistries } from './allowed-registries.ts';
import { backedUp } from './backed-up.ts';
import { deletionProtected } from './deletion-protected.ts';
import { encryptedAtRest } from './encrypted-at-rest.ts';
import { encryptedInTransit } from './encrypted-in-transit.ts';
import { finalSnapshot } from './final-snapshot.ts';
import { iamLeastPrivilege } from './iam-least-privilege.ts';
import { imagesPinned } from './images-pinned.ts';
import { keptRunning } from './kept-running.ts';
import { knownKinds } from './known-kinds.ts';
import { limitedContainers } from './limited-containers.ts';
import { multiAz } from './multi-az.ts';
import { namesWithinLimits } from './names-within-limits.ts';
import { noOpenIngress } from './no-open-ingress.ts';
import { nonRootContainers } from './non-root-containers.ts';
import { notPublic } from './not-public.ts';
import { outlivesControlPlane } from './outlives-control-plane.ts';
import { ownLogin } from './own-login.ts';
import { ownNamespace } from './own-namespace.ts';
import { requiredTags } from './required-tags.ts';
import { revocableAccess } from './revocable-access.ts';
import { uniqueObjects } from './unique-objects.ts';

/** Every rule that the guard holds resources to, in the order in which it reports them. */
export const policies: readonly Policy[] = [
  knownKinds,
  uniqueObjects,
  ownNamespace,
  namesWithinLimits,
  encryptedAtRest,
  encryptedInTransit,
  notPublic,
  noOpenIngress,
  ownLogin,
  multiAz,
  keptRunning,
  backedUp,
  deletionProtected,
  finalSnapshot,
  outlivesControlPlane,
  revocableAccess,
  allowedRegions,
  allowedHosts,
  allowedInstanceFamilies,
  requiredTags,
  iamLeastPrivilege,
  allowedRegistries,
  imagesPinned,
  nonRootContainers,
  limitedContainers,
];
