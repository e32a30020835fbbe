using Xunit.Sdk;
using Xunit.v3;

// Some tests start services or build images; side by side they would only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
