using Xunit.Sdk;
using Xunit.v3;

// Each test has a process's worth of services; side by side they would only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
