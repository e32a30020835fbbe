using System.Globalization;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>
/// The models that are loaded and warmed up. A model that is replaced or taken away stays leasable for a while by requests that are pinned to its content,
/// and is freed when its last lease is given back. Safe from several threads.
/// </summary>
public sealed class ModelRepository<T> : IDisposable
    where T : class, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, string Version), LoadedModel<T>> _served = [];
    private readonly List<(LoadedModel<T> Model, long Since)> _retained = [];
    private readonly TimeSpan _retain;
    private readonly TimeProvider _time;
    private bool _disposed;

    /// <summary>Creates an empty repository.</summary>
    public ModelRepository(IOptions<ModelRepositoryOptions> options, TimeProvider time) => (_retain, _time) = (options.Value.Retain, time);

    /// <summary>The models that are served, by name and then by version, newest first; without those that are only retained.</summary>
    public IReadOnlyList<ModelIdentity> Models
    {
        get
        {
            lock (_gate)
            {
                return [.. Sorted().Select(model => model.Identity)];
            }
        }
    }

    /// <summary>Whether the folder of models has been looked through once.</summary>
    public bool HasScanned { get; internal set; }

    /// <summary>Leases a model for a request.</summary>
    /// <param name="model"><c>name</c> for its newest version, or <c>name@version</c>.</param>
    /// <exception cref="RpcException">NOT_FOUND.</exception>
    public ModelLease<T> Lease(string model)
    {
        (string name, string? version) = model.Split('@', 2) is [var first, var second] ? (first, second) : (model, null);
        lock (_gate)
        {
            LoadedModel<T>? found = Sorted().FirstOrDefault(candidate => candidate.Identity.Name == name && (version is null || candidate.Identity.Version == version));
            return found?.TryLease() ?? throw NotFound(model);
        }
    }

    /// <summary>Leases the very content that a request is pinned to.</summary>
    /// <exception cref="RpcException">
    /// INVALID_ARGUMENT: a field of the pin is empty; NOT_FOUND: no such name and version; FAILED_PRECONDITION: its content is another.
    /// </exception>
    public ModelLease<T> Lease(ModelPin? pin)
    {
        Require("model.name", pin?.Name, "the name of a model");
        Require("model.version", pin!.Version, "the version of a model");
        Require("model.content_hash", pin.ContentHash, "the SHA-256 of the model's files in hexadecimal");
        lock (_gate)
        {
            LoadedModel<T>? served = _served.GetValueOrDefault((pin.Name, pin.Version));
            IEnumerable<LoadedModel<T>> candidates = _retained.Select(entry => entry.Model).Where(model => (model.Identity.Name, model.Identity.Version) == (pin.Name, pin.Version));
            LoadedModel<T>? found = candidates.Prepend(served).FirstOrDefault(model => model?.Identity.ContentHash == pin.ContentHash);
            return found?.TryLease() ?? throw (served is null
                ? NotFound($"{pin.Name}@{pin.Version}")
                : RpcErrors.FailedPrecondition(string.Create(
                    CultureInfo.InvariantCulture, $"model.content_hash: '{RpcErrors.Shown(pin.ContentHash)}' is not loaded; {served.Identity} has '{served.Identity.ContentHash}' here")));
        }
    }

    /// <summary>Leases all models that are served, by name and then by version, newest first.</summary>
    public IReadOnlyList<ModelLease<T>> LeaseAll()
    {
        lock (_gate)
        {
            return [.. Sorted().Select(model => model.TryLease()!)];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LoadedModel<T>[] models;
        lock (_gate)
        {
            _disposed = true;
            models = [.. _served.Values, .. _retained.Select(entry => entry.Model)];
            _served.Clear();
            _retained.Clear();
        }

        Array.ForEach(models, model => model.Release());
    }

    /// <summary>Serves a model from now on, in place of one of the same name and version.</summary>
    internal void Put(LoadedModel<T> model)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                Retire(model.Identity);
                _served.Add((model.Identity.Name, model.Identity.Version), model);
                return;
            }
        }

        model.Release();
    }

    /// <summary>Serves a model no longer.</summary>
    internal void Remove(ModelIdentity identity)
    {
        lock (_gate)
        {
            Retire(identity);
        }
    }

    /// <summary>Lets go of the models that have been retained long enough.</summary>
    internal void Prune()
    {
        LoadedModel<T>[] expired;
        lock (_gate)
        {
            expired = [.. _retained.Where(entry => _time.GetElapsedTime(entry.Since) >= _retain).Select(entry => entry.Model)];
            _retained.RemoveAll(entry => expired.Contains(entry.Model));
        }

        Array.ForEach(expired, model => model.Release());
    }

    private static void Require(string field, string? value, string accepted)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw RpcErrors.InvalidArgument(field, value, accepted);
        }
    }

    private void Retire(ModelIdentity identity)
    {
        if (_served.Remove((identity.Name, identity.Version), out LoadedModel<T>? model))
        {
            _retained.Add((model, _time.GetTimestamp()));
        }
    }

    private IEnumerable<LoadedModel<T>> Sorted() => _served.Values
        .OrderBy(model => model.Identity.Name, StringComparer.Ordinal)
        .ThenByDescending(model => model.Identity.Version, ModelVersion.Order);

    private RpcException NotFound(string model)
    {
        string available = _served.Count == 0 ? "none" : string.Join(", ", Sorted().Select(candidate => candidate.Identity));
        return RpcErrors.NotFound("model", $"'{RpcErrors.Shown(model)}' is unknown; available: {available}");
    }
}
