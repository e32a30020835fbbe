using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>
/// Brings a repository in line with the folder of models. A model is loaded once its files have stopped changing, warmed up, and only then served; one that
/// can't be used is refused with one log line, and what was served from its folder stays. One scan at a time.
/// </summary>
internal sealed partial class ModelScanner<T>
    where T : class, IDisposable
{
    // Scans between two attempts after a failure that may pass: loading is work.
    private const int RetryScans = 15;
    private readonly Dictionary<string, TrackedFolder> _tracked = new(StringComparer.Ordinal);
    private readonly ModelRepository<T> _repository;
    private readonly ModelLoader<T> _loader;
    private readonly ModelRepositoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private HashSet<string> _unreadable = [];
    private string? _problem;

    public ModelScanner(ModelRepository<T> repository, ModelLoader<T> loader, IOptions<ModelRepositoryOptions> options, TimeProvider time, ILogger<ModelScanner<T>> logger)
    {
        (_repository, _loader, _options, _time, _logger) = (repository, loader, options.Value, time, logger);
    }

    /// <summary>The model folder that is being read or loaded; null: none.</summary>
    public string? Current { get; private set; }

    /// <summary>Looks through the folder once.</summary>
    public async Task ScanAsync(CancellationToken cancellation)
    {
        _repository.Prune();
        string root = Path.GetFullPath(_options.Path);
        try
        {
            List<string> unreadable = [];
            IReadOnlyList<FolderState> folders = FolderState.Find(root, unreadable);
            foreach (string folder in unreadable.Where(folder => !_unreadable.Contains(folder)))
            {
                PassedOver(_logger, folder);
            }

            _unreadable = [.. unreadable];
            HashSet<string> present = [.. folders.Select(folder => folder.FolderPath)];
            foreach (FolderState folder in folders)
            {
                await VisitAsync(folder, present, cancellation).ConfigureAwait(false);
            }

            RemoveMissing(present);
            _problem = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is loaded stays: the disk may come back.
            if (_problem != error.Message)
            {
                Unreadable(_logger, root, error.Message);
            }

            _problem = error.Message;
        }

        _repository.HasScanned = true;
    }

    private async Task VisitAsync(FolderState state, HashSet<string> present, CancellationToken cancellation)
    {
        if (!_tracked.TryGetValue(state.FolderPath, out TrackedFolder? tracked))
        {
            tracked = new TrackedFolder();
            _tracked.Add(state.FolderPath, tracked);
        }

        bool hasSettled = tracked.Seen == state.Fingerprint || _time.GetUtcNow().UtcDateTime - state.Changed >= _options.ScanInterval;
        (tracked.Seen, tracked.IsMissing) = (state.Fingerprint, false);
        if (tracked.Done == state.Fingerprint || !hasSettled || _time.GetTimestamp() < tracked.RetryAt)
        {
            return;
        }

        try
        {
            Current = state.FolderPath;
            await LoadAsync(state, tracked, present, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidModelException or InvalidWeightsException or InvalidHyperparametersException)
        {
            tracked.Done = state.Fingerprint;
            Refuse(state, tracked, error.Message);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            tracked.RetryAt = _time.GetTimestamp() + (long)(_options.ScanInterval.TotalSeconds * RetryScans * _time.TimestampFrequency);
            Refuse(state, tracked, $"{error.GetType().Name}: {error.Message}");
        }
        finally
        {
            Current = null;
        }
    }

    private async Task LoadAsync(FolderState state, TrackedFolder tracked, HashSet<string> present, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        ModelFolder folder = ModelFolder.Open(state.FolderPath);
        var identity = new ModelIdentity(folder.Manifest.Name, folder.Manifest.Version, await Task.Run(() => folder.ContentHash(cancellation), cancellation).ConfigureAwait(false));
        string? other = OtherOwner(identity, tracked);
        if (other is not null && present.Contains(other))
        {
            // Not for good: the other folder may go.
            Refuse(state, tracked, $"holds {identity}, which is served from {other}");
            return;
        }

        bool isServed = (other is null ? tracked : _tracked[other]).Served == identity;
        if (!isServed)
        {
            T content = await TorchThread.RunAsync(() => _loader(folder, cancellation), "model loader").ConfigureAwait(false);
            if (FolderState.Read(state.FolderPath)?.Fingerprint != state.Fingerprint)
            {
                // It changed while it was read: the hash may not be that of the content.
                content.Dispose();
                return;
            }

            _repository.Put(new LoadedModel<T>(identity, folder, content));
            Loaded(_logger, identity, identity.ContentHash, state.FolderPath, _time.GetElapsedTime(start).TotalSeconds);
        }

        if (other is not null)
        {
            _tracked.Remove(other);
        }

        if (tracked.Served is { } before && (before.Name, before.Version) != (identity.Name, identity.Version))
        {
            _repository.Remove(before);
        }

        (tracked.Served, tracked.Done, tracked.Problem) = (identity, state.Fingerprint, null);
    }

    /// <summary>Another folder that the same name and version is served from.</summary>
    private string? OtherOwner(ModelIdentity identity, TrackedFolder tracked) => _tracked
        .FirstOrDefault(entry => entry.Value != tracked && entry.Value.Served is { } served && (served.Name, served.Version) == (identity.Name, identity.Version)).Key;

    private void RemoveMissing(HashSet<string> present)
    {
        foreach ((string path, TrackedFolder tracked) in _tracked.Where(entry => !present.Contains(entry.Key)).ToArray())
        {
            // Twice in a row: a folder that is replaced by renaming is missing for a moment.
            if (!tracked.IsMissing)
            {
                tracked.IsMissing = true;
                continue;
            }

            _tracked.Remove(path);
            if (tracked.Served is { } served)
            {
                _repository.Remove(served);
                Removed(_logger, served, path);
            }
        }
    }

    private void Refuse(FolderState state, TrackedFolder tracked, string problem)
    {
        if (tracked.Problem != problem)
        {
            Refused(_logger, state.FolderPath, problem, tracked.Served?.ToString() ?? "nothing");
        }

        tracked.Problem = problem;
    }

    [LoggerMessage(200, LogLevel.Information, "model {Model} with content {Hash} is served from {Folder}; loaded and warmed up in {Seconds:0.00} s")]
    private static partial void Loaded(ILogger logger, ModelIdentity model, string hash, string folder, double seconds);

    [LoggerMessage(201, LogLevel.Warning, "model folder {Folder} is refused: {Problem}; served from it: {Served}")]
    private static partial void Refused(ILogger logger, string folder, string problem, string served);

    [LoggerMessage(202, LogLevel.Information, "model {Model} is served no longer: {Folder} is gone")]
    private static partial void Removed(ILogger logger, ModelIdentity model, string folder);

    [LoggerMessage(203, LogLevel.Warning, "the folder of models {Folder} can't be read: {Problem}")]
    private static partial void Unreadable(ILogger logger, string folder, string problem);

    [LoggerMessage(204, LogLevel.Warning, "{Folder} in the folder of models is passed over: this process may not read it")]
    private static partial void PassedOver(ILogger logger, string folder);
}
