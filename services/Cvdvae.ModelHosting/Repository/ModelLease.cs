using Cvdvae.Model.Packaging;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Keeps a model's content alive until it is disposed, whatever replaces the model meanwhile.</summary>
public sealed class ModelLease<T> : IDisposable
    where T : class, IDisposable
{
    private LoadedModel<T>? _model;

    internal ModelLease(LoadedModel<T> model) => (_model, Identity, Folder, Content) = (model, model.Identity, model.Folder, model.Content);

    /// <summary>Name, version and content hash.</summary>
    public ModelIdentity Identity { get; }

    /// <summary>Its manifest and structure; the files may have changed since.</summary>
    public ModelFolder Folder { get; }

    /// <summary>What the role's loader made of it.</summary>
    public T Content { get; }

    /// <summary>Gives the lease back; a second time does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _model, null)?.Release();
}
