using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>Finds the state dict in the object of a checkpoint.</summary>
internal static class StateDict
{
    /// <summary>PyTorch Lightning's name for it.</summary>
    private const string LightningKey = "state_dict";

    // DistributedDataParallel's attribute, and the one that holds the model in srvdvae's Lightning module.
    private static readonly string[] WrapperPrefixes = ["module.", "cvae."];

    public static Dictionary<string, PickleTensor> Find(object? root, string origin)
    {
        if (root is not PickleDict top)
        {
            throw new InvalidWeightsException(origin, $"holds {Describe(root)}, not a state dict or a checkpoint with one");
        }

        object? found = top.Find(LightningKey) ?? top;
        if (found is not PickleDict states)
        {
            throw new InvalidWeightsException(origin, $"its entry '{LightningKey}' is {Describe(found)}; accepted is a dict of tensors");
        }

        var tensors = new Dictionary<string, PickleTensor>(StringComparer.Ordinal);
        foreach ((object? key, object? value) in states.Pairs)
        {
            if (key is not string fullName || value is not PickleTensor tensor)
            {
                throw new InvalidWeightsException(
                    origin, $"the state dict's entry '{key as string}' depends on {Describe(value)}; accepted are tensors by name");
            }

            string name = WithoutPrefixes(fullName);
            if (!tensors.TryAdd(name, tensor))
            {
                throw new InvalidWeightsException(origin, $"the state dict has the tensor '{name}' twice");
            }
        }

        return tensors.Count > 0 ? tensors : throw new InvalidWeightsException(origin, "the state dict is empty");
    }

    private static string WithoutPrefixes(string name)
    {
        foreach (string prefix in WrapperPrefixes)
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        return name;
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PickleOpaque or PickleGlobal => value.ToString()!,
        PickleTensor => "a tensor",
        PickleDict => "a dict",
        PickleList => "a list",
        PickleTuple => "a tuple",
        _ => "a number or text",
    };
}
