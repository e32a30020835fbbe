namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>Clients of one sample each that send the next request some time after the last one ended.</summary>
internal sealed class ClosedLoop(SimulatedStage stage, int clients, TimeSpan turnaround)
{
    private readonly PriorityQueue<int, long> _due = new();
    private double _busy;
    private long _begin;
    private int _ended;
    private int _measured;

    public StagePlan Plan { get; } = Plans.Pyramid();

    public List<double> FirstPreviews { get; } = [];

    public double LongestStep { get; private set; }

    public double BusyPerRequest => (stage.Device.Busy - _busy) / _measured;

    public double ElapsedPerRequest => stage.MillisecondsOf(_begin, stage.Time.GetTimestamp()) / _measured;

    public void Go(int requests)
    {
        for (int i = 0; i < clients; i++)
        {
            _due.Enqueue(i, stage.Time.GetTimestamp());
        }

        // The first ones teach the cost model.
        RunUntil(requests / 4);
        (_busy, _begin, _measured) = (stage.Device.Busy, stage.Time.GetTimestamp(), 0);
        FirstPreviews.Clear();
        stage.Device.Batches.Clear();
        LongestStep = 0;
        RunUntil(requests);
    }

    private void RunUntil(int ended)
    {
        while (_ended < ended)
        {
            while (_due.TryPeek(out int client, out long at) && at <= stage.Time.GetTimestamp())
            {
                _due.Dequeue();
                Send(at);
            }

            long before = stage.Time.GetTimestamp();
            if (!stage.RunOne())
            {
                _due.TryPeek(out _, out long next);
                stage.Time.Advance(TimeSpan.FromTicks(next - stage.Time.GetTimestamp()));
                continue;
            }

            LongestStep = Math.Max(LongestStep, stage.MillisecondsOf(before, stage.Time.GetTimestamp()));
        }
    }

    private void Send(long at)
    {
        var request = stage.Request(Plan);
        stage[request].OnStep = (_, step) =>
        {
            if (step == 1)
            {
                FirstPreviews.Add(stage.MillisecondsOf(at, stage.Time.GetTimestamp()));
            }
        };
        stage[request].OnEnd = _ =>
        {
            (_ended, _measured) = (_ended + 1, _measured + 1);
            _due.Enqueue(0, stage.Time.GetTimestamp() + turnaround.Ticks);
        };
        stage.Admit(request);
    }
}
