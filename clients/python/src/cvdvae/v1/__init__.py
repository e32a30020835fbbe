"""Messages and stubs of the protocol, made by protoc from protos/."""
