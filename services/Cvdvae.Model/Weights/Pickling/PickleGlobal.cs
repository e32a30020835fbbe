namespace Cvdvae.Model.Weights.Pickling;

/// <summary>The name of a Python class or function. Nothing is ever looked up by it.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
