using Cvdvae.Model.Packaging;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Loads what a role needs of a model and warms it up, so that the first request finds it as fast as the later ones. Called on a thread of its own.</summary>
/// <param name="folder">The model.</param>
/// <param name="cancellation">The process is stopping.</param>
/// <exception cref="InvalidModelException">The model can't be used.</exception>
/// <exception cref="Model.Weights.InvalidWeightsException">A file of it can't be used.</exception>
public delegate T ModelLoader<out T>(ModelFolder folder, CancellationToken cancellation)
    where T : class, IDisposable;
