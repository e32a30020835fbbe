namespace Cvdvae.TestUtils.Certificates;

/// <summary>A certificate and its key.</summary>
/// <param name="Pem">The certificate.</param>
/// <param name="KeyPem">Its private key.</param>
/// <param name="Thumbprint">What tells it from others.</param>
public sealed record TestCertificate(string Pem, string KeyPem, string Thumbprint);
