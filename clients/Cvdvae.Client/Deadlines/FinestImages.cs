using Cvdvae.V1;

namespace Cvdvae.Client;

/// <summary>
/// The finest image of each sample that has come: what a call ends with where its deadline passes before the server's end of it arrives.
/// </summary>
/// <param name="time">Clock of the timings.</param>
/// <param name="start">When the call began, as a timestamp of the clock.</param>
internal sealed class FinestImages(TimeProvider time, long start)
{
    private readonly SortedDictionary<int, PreviewEvent> _previews = [];
    private readonly Dictionary<int, int> _results = []; // side by sample
    private TimeSpan _firstPreview;

    /// <summary>Whether there is any.</summary>
    public bool Any => _previews.Count > 0 || _results.Count > 0;

    /// <summary>Takes note of an event.</summary>
    public void Take(UpscaleEvent item)
    {
        switch (item)
        {
            case PreviewEvent preview when !_results.ContainsKey(preview.SampleIndex):
                _firstPreview = _firstPreview == TimeSpan.Zero ? time.GetElapsedTime(start) : _firstPreview;
                if (!_previews.TryGetValue(preview.SampleIndex, out PreviewEvent? finest) || preview.Resolution >= finest.Resolution)
                {
                    _previews[preview.SampleIndex] = preview;
                }

                break;
            case ResultEvent result:
                _results[result.SampleIndex] = result.Image.Width;
                _previews.Remove(result.SampleIndex);
                break;
        }
    }

    /// <summary>The events that end the call: a result for each sample that has a preview and no result, and the completion.</summary>
    public IEnumerable<UpscaleEvent> End()
    {
        foreach (PreviewEvent preview in _previews.Values)
        {
            yield return new ResultEvent(preview.SampleIndex, preview.Image, LowResolutionPsnr: 0);
        }

        int reached = _previews.Values.Select(preview => preview.Resolution).Concat(_results.Values).Min();
        var timings = new ServerTimings(_firstPreview, time.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.Zero, []);
        yield return new CompletedEvent(reached, CompletionReason.Deadline, timings) { EndedByClient = true };
    }
}
