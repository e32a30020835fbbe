using Cvdvae.EncoderHost;
using Cvdvae.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(ServiceRoles.Encoder);
builder.AddEncoderHost();

var app = builder.Build();
app.MapServiceDefaults();
app.MapEncoderHost();
await app.RunAsync();
