// A Bluesky PDS and the directory of identities it needs, on 127.0.0.1, in a folder that is thrown away.
// Arguments: the folder with node_modules, the folder for data, the port of the PDS, the port of the directory.
const [modules, data, pdsPort, plcPort] = process.argv.slice(2);
const path = require('node:path');
const fs = require('node:fs');
const crypto = require('node:crypto');
const net = require('node:net');

// Both listen on every address of the machine unless told otherwise, and neither can be told.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, '127.0.0.1', ...rest.filter((one) => typeof one === 'function'));
};
const load = (name) => require(path.resolve(modules, 'node_modules', name));

async function main() {
  const { PDS, envToCfg, envToSecrets } = load('@atproto/pds');
  const plc = load('@did-plc/server');
  const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: Number(plcPort) });
  await directory.start();
  fs.mkdirSync(path.join(data, 'blobs'), { recursive: true });
  const env = {
    hostname: 'localhost',
    port: Number(pdsPort),
    devMode: true,
    dataDirectory: data,
    blobstoreDiskLocation: path.join(data, 'blobs'),
    didPlcUrl: `http://127.0.0.1:${plcPort}`,
    jwtSecret: 'jwt-secret',
    adminPassword: 'admin-password',
    dpopSecret: crypto.createHash('sha256').update('dpop').digest('hex'),
    plcRotationKeyK256PrivateKeyHex: crypto.createHash('sha256').update('rotation').digest('hex'),
    inviteRequired: false,
    serviceHandleDomains: ['.test'],
    disableSsrfProtection: true,
    bskyAppViewUrl: 'http://localhost:1',
    bskyAppViewDid: 'did:web:localhost',
    rateLimitsEnabled: false,
  };
  const pds = await PDS.create(envToCfg(env), envToSecrets(env));
  await pds.start();
  console.log('ready');
  const stop = async () => {
    await pds.destroy();
    await directory.destroy();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
