import type { Platform } from '../../../functions/core/pipeline.ts';
import type { Cluster } from '../../cluster.ts';
import type { Diagnosis } from './finding.ts';

/** One thing that doctor looks at. */
export interface Check {
  readonly id: string;
  readonly title: string;
  run(cluster: Cluster, platform: Platform): Promise<readonly Diagnosis[]>;
}
