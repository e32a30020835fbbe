using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>
/// Keeps the framework from writing a stack trace, or several, about a failed start, of which the program says in a line what is wrong. Once the service runs, all is
/// logged as configured.
/// </summary>
internal sealed class QuietStart : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private static readonly string[] Categories =
        ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly CancellationTokenSource _changed = new();
    private volatile bool _isStarting = true;

    public string Name => Options.DefaultName;

    public void Configure(LoggerFilterOptions options)
    {
        if (_isStarting)
        {
            foreach (string category in Categories)
            {
                options.Rules.Add(new LoggerFilterRule(null, category, LogLevel.None, null));
            }
        }
    }

    /// <summary>From now on all is logged.</summary>
    public void End()
    {
        _isStarting = false;
        _changed.Cancel();
    }

    // There is one change; a token that had changed already would be asked for again and again.
    public IChangeToken GetChangeToken() => new CancellationChangeToken(_isStarting ? _changed.Token : CancellationToken.None);

    public void Dispose() => _changed.Dispose();
}
