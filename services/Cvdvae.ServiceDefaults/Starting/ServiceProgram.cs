using Cvdvae.ServiceDefaults.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Runs a service as a program: checks its settings, starts it, and says in a line each what keeps it from starting.</summary>
public static partial class ServiceProgram
{
    /// <summary>It was stopped as asked.</summary>
    public const int Stopped = 0;

    /// <summary>It did not start, or failed.</summary>
    public const int Failed = 1;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs a service until it is stopped.</summary>
    /// <param name="role">One of <see cref="ServiceRoles"/>.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="add">Adds what the service is made of; the service defaults are there.</param>
    /// <param name="map">Maps what it answers.</param>
    /// <returns>The exit status, <see cref="Stopped"/> or <see cref="Failed"/>.</returns>
    public static async Task<int> RunAsync(string role, string[] arguments, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        if (ServiceArguments.Answer(role, arguments) is { } answer)
        {
            await Console.Out.WriteLineAsync(answer).ConfigureAwait(false);
            return Stopped;
        }

        using var quiet = new QuietStart();
        WebApplication? app = null;
        ListeningOptions? listening = null;
        bool showsTrace = false;
        try
        {
            string[] mistakes = [.. ServiceArguments.Problems(arguments)];
            if (mistakes.Length > 0)
            {
                throw new StartException(mistakes);
            }

            WebApplicationBuilder builder = WebApplication.CreateBuilder(arguments);
            showsTrace = IsDebug(builder.Configuration);
            builder.AddServiceDefaults(role);
            add(builder);
            if (!showsTrace)
            {
                builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(quiet);
                builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(quiet);
            }

            ConfigurationCheck check = OptionsCheck.Run(builder.Services, builder.Configuration);
            app = builder.Build();
            Tell(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServiceProgram)), check);
            listening = app.Services.GetRequiredService<IOptions<ListeningOptions>>().Value;
            if (ListenProblem.OfPorts(listening) is { Count: > 0 } taken)
            {
                // Before models are loaded, which may take minutes.
                throw new StartException([.. taken]);
            }

            app.MapServiceDefaults();
            map(app);
            await app.StartAsync().ConfigureAwait(false);
            quiet.End();
        }
        catch (OperationCanceledException) when (app?.Lifetime.ApplicationStopping.IsCancellationRequested == true)
        {
            // Asked to stop before it had begun.
            await EndAsync(app).ConfigureAwait(false);
            return Stopped;
        }
        catch (Exception error)
        {
            if (app is not null)
            {
                await EndAsync(app).ConfigureAwait(false);
            }

            await TellAsync(role, ProblemsOf(error, listening), showsTrace ? error : null).ConfigureAwait(false);
            return Failed;
        }

        return await WaitAsync(role, app, showsTrace).ConfigureAwait(false);
    }

    /// <summary>Ends what runs beside the server: a process that ends in the middle of an operation of libtorch crashes.</summary>
    private static async Task EndAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(EndLimit);
        foreach (BackgroundService service in app.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            await service.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<int> WaitAsync(string role, WebApplication app, bool showsTrace)
    {
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.WaitForShutdownAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                await TellAsync(role, StartProblems.Of(error), showsTrace ? error : null).ConfigureAwait(false);
                return Failed;
            }

            // The host stops when one of these fails, and has logged why.
            return app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask?.IsFaulted == true) ? Failed : Stopped;
        }
    }

    private static void Tell(ILogger logger, ConfigurationCheck check)
    {
        foreach (string key in check.Unused)
        {
            Unused(logger, key);
        }

        foreach (string unlike in check.Unread)
        {
            Unread(logger, unlike);
        }
    }

    private static IReadOnlyList<string> ProblemsOf(Exception error, ListeningOptions? listening)
    {
        bool isEndpoint = error is System.Net.Sockets.SocketException or IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException };
        return isEndpoint && listening is not null && ListenProblem.Of(listening) is { Count: > 0 } problems ? problems : StartProblems.Of(error);
    }

    private static async Task TellAsync(string role, IReadOnlyList<string> problems, Exception? trace)
    {
        foreach (string problem in problems)
        {
            await Console.Error.WriteLineAsync($"{ServiceArguments.Name(role)}: {problem}").ConfigureAwait(false);
        }

        if (trace is not null)
        {
            await Console.Error.WriteLineAsync(trace.ToString()).ConfigureAwait(false);
        }
    }

    private static bool IsDebug(ConfigurationManager configuration) =>
        Enum.TryParse(configuration["Logging:LogLevel:Default"], ignoreCase: true, out LogLevel level) && level <= LogLevel.Debug;

    [LoggerMessage(140, LogLevel.Debug, "{Option} is an option of another service and does nothing here")]
    private static partial void Unused(ILogger logger, string option);

    [LoggerMessage(141, LogLevel.Warning, "{Problem}")]
    private static partial void Unread(ILogger logger, string problem);
}
