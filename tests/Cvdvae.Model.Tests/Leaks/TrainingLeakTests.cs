using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Leaks;

[Collection(ProcessWide.Name)]
public sealed class TrainingLeakTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Evaluate_WithBackward_LeavesNoTensors()
    {
        using Tensor levels = randint(0, 256, [4, 3, 16, 16]);

        LiveTensors.AssertConstant(50, () =>
        {
            using Tensor normalized = _model.Prior.Normalize(levels);
            using Tensor target = _model.Prior.Target(levels);
            Elbo elbo = _model.Prior.Evaluate(normalized, target, (_, like) => StandardNormal.Like(like));
            using (elbo.Distortion)
            using (elbo.Rate)
            using (Tensor loss = elbo.Mean())
            {
                loss.backward();
            }

            _model.Prior.zero_grad();
        });
    }

    [Fact]
    public void Divergences_WithBackward_LeaveNoTensors()
    {
        using Tensor high = randn(4, 3, 16, 16);
        using Tensor low = randn(4, 3, 8, 8);

        LiveTensors.AssertConstant(50, () =>
        {
            using (NewDisposeScope())
            {
                IReadOnlyList<Tensor> divergences = _model.Twice.Divergences(_model.Prior, high, low, (_, like) => StandardNormal.Like(like));
                divergences.Select(divergence => divergence.sum()).Aggregate((sum, next) => sum.Plus(next)).backward();
            }

            _model.Twice.zero_grad();
        });
    }

    [Fact]
    public void Evaluate_Exception_LeavesNoTensors()
    {
        using Tensor normalized = randn(2, 3, 16, 16);

        LiveTensors.AssertConstant(20, () => Assert.Throws<InsufficientMemoryException>(() =>
            _model.Prior.Evaluate(normalized, normalized, (group, like) => group < 5 ? StandardNormal.Like(like) : throw new InsufficientMemoryException())));
    }

    public void Dispose() => _model.Dispose();
}
