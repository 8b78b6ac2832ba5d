import { goldenpath } from 'golden-path-platform/cli';
import { project } from '../project.ts';

await goldenpath(project);
