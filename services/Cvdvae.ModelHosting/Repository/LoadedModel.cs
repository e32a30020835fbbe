using Cvdvae.Model.Packaging;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>A model that is loaded and warmed up; its count of users decides when its content is freed.</summary>
internal sealed class LoadedModel<T>
    where T : class, IDisposable
{
    private readonly Lock _gate = new();
    private int _users = 1; // the repository

    public LoadedModel(ModelIdentity identity, ModelFolder folder, T content) => (Identity, Folder, Content) = (identity, folder, content);

    public ModelIdentity Identity { get; }

    public ModelFolder Folder { get; }

    public T Content { get; }

    /// <summary>Counts one user more; null: it is freed already.</summary>
    public ModelLease<T>? TryLease()
    {
        lock (_gate)
        {
            if (_users == 0)
            {
                return null;
            }

            _users++;
            return new ModelLease<T>(this);
        }
    }

    /// <summary>Counts one user less; the last one frees the content.</summary>
    public void Release()
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfZero(_users);
            if (--_users > 0)
            {
                return;
            }
        }

        Content.Dispose();
    }
}
