using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

/// <summary>Fits a line; a test can make the loss of some steps what it likes.</summary>
internal sealed class LineTask(Func<int, double>? factor = null) : ITrainingTask
{
    private readonly Linear _line = nn.Linear(1, 1);
    private int _step;

    public nn.Module Module => _line;

    public int ImageCount => 16;

    public int ValidationCount => 4;

    public int Exports { get; private set; }

    public IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, long[] seeds, bool validation)
    {
        Tensor x = tensor(indices.Select(index => index / 16f).ToArray()).view(-1, 1);
        Tensor loss = (_line.call(x) - x.Times(2)).Minus(1).square().mean();
        return [("loss", validation ? loss : loss.Times(factor?.Invoke(_step++) ?? 1))];
    }

    public void WriteImages(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }

    public void Export(TrainingState progress) => Exports++;
}
