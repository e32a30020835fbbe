/** Certificates of a TLS connection, each in PEM: its text, its bytes, or the path of its file. */
export interface TlsSettings {
  /** Of the authorities that are trusted instead of the system's. */
  ca?: string | Uint8Array | undefined;
  /** Of this client, where the server asks for one. */
  cert?: string | Uint8Array | undefined;
  /** Private key of `cert`. */
  key?: string | Uint8Array | undefined;
  /** Name that the server's certificate must have; the address's host when absent. */
  serverName?: string | undefined;
}
