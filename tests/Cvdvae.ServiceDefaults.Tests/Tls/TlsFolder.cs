using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;

namespace Cvdvae.ServiceDefaults.Tests.Tls;

/// <summary>An authority, and files as the options name them.</summary>
internal sealed class TlsFolder : IDisposable
{
    private static readonly string[] ServerNames = ["localhost", "127.0.0.1"];
    private readonly TemporaryFolder _folder = new();

    public TestAuthority Authority { get; } = new();

    /// <summary>Options of a server with a good certificate.</summary>
    public (string Key, string Value)[] Server(TestCertificate? certificate = null)
    {
        TestCertificate own = certificate ?? ServerCertificate();
        return
        [
            ("Listen:Grpc", "https://127.0.0.1:0"),
            ("Tls:CertificatePath", File("server.crt", own.Pem)),
            ("Tls:KeyPath", File("server.key", own.KeyPem)),
            ("Tls:ReloadInterval", "00:00:00.1"),
            ("Tls:ServerCaPath", File("servers.crt", Authority.Pem)),
        ];
    }

    /// <summary>The same of one that wants certificates of its callers.</summary>
    public (string Key, string Value)[] MutualServer() => [.. Server(), ("Tls:ClientCaPath", File("clients.crt", Authority.Pem))];

    /// <summary>Options of a caller.</summary>
    public (string Key, string Value)[] Caller(TestCertificate? certificate, TestAuthority? trusts = null) =>
    [
        .. certificate is null
            ? Array.Empty<(string, string)>()
            : [("Tls:CertificatePath", File("caller.crt", certificate.Pem)), ("Tls:KeyPath", File("caller.key", certificate.KeyPem)), ("Tls:ReloadInterval", "00:00:00.1")],
        ("Tls:ServerCaPath", File("trusted.crt", (trusts ?? Authority).Pem)),
    ];

    public TestCertificate? LastServer { get; private set; }

    public TestCertificate ServerCertificate() => LastServer = Authority.Issue(ServerNames);

    public string File(string name, string text)
    {
        string path = _folder.File(name);

        // As a mounted secret: the whole content at once.
        System.IO.File.WriteAllText(path + ".new", text);
        System.IO.File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    public void Dispose()
    {
        Authority.Dispose();
        _folder.Dispose();
    }
}
