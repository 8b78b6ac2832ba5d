import type { Socket, Server as SocketServer } from 'node:net';

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Closes the oldest connection where there are more than so many, so that who opens them and says nothing keeps no other out.
 * A connection that has shown who it is can be kept: by the function returned.
 */
export function limitConnections(server: SocketServer, limit: number): (connection: Socket) => void {
  const connections = new Map<string, Socket>();
  server.on('connection', (connection: Socket) => {
    const name = nameOf(connection);
    connections.set(name, connection);
    connection.once('close', () => connections.delete(name));
    const [oldest] = connections.values();
    if (connections.size > limit) oldest?.destroy();
  });
  // By address and port, since TLS wraps the socket in another object.
  return (connection) => connections.delete(nameOf(connection));
}
