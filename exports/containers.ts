/** What a backend in a container is made from, besides what every backend is. */
export {
  type ContainerSize,
  configKind,
  containerBackend,
  type ImageNeeds,
  runningServer,
  type Server,
  secretPath,
  server,
  serverHost,
  serverKinds,
  shell,
} from '../functions/containers/server.ts';
