using TorchSharp;
using TorchSharp.Modules;

namespace Cvdvae.Model.Layers;

/// <summary>Parameters under their positions in the whole model, of which a process may hold only some.</summary>
internal sealed class IndexedParameters : torch.nn.Module
{
    public IndexedParameters()
        : base(nameof(IndexedParameters))
    {
    }

    /// <summary>The parameter at a position, or null. Looked up each time, since a move to another device replaces it.</summary>
    public Parameter? this[int index] => get_parameter(Name(index));

    public void Add(int index, Parameter parameter) => register_parameter(Name(index), parameter);

    private static string Name(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
