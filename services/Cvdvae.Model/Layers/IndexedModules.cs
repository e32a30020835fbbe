using TorchSharp;

namespace Cvdvae.Model.Layers;

/// <summary>Modules under their positions in the whole model, of which a process may hold only some: the keys of parameters stay the official ones.</summary>
internal sealed class IndexedModules<TModule> : torch.nn.Module
    where TModule : torch.nn.Module
{
    private readonly SortedDictionary<int, TModule> _modules = [];

    public IndexedModules()
        : base(nameof(IndexedModules<TModule>))
    {
    }

    public TModule this[int index] => _modules[index];

    public void Add(int index, TModule module)
    {
        _modules.Add(index, module);
        register_module(index.ToString(System.Globalization.CultureInfo.InvariantCulture), module);
    }
}
