/** What a backend in a container is made from, besides what every backend is. */
export { image } from '../functions/containers/facts.ts';
export { type Alert, matching, prometheus, type Recording, rulesFor } from '../functions/containers/monitoring.ts';
export {
  type ContainerSize,
  containerBackend,
  runningServer,
  type Server,
  secretPath,
  server,
  serverHost,
  serverKinds,
  shell,
} from '../functions/containers/server.ts';
