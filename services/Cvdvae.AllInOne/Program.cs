using Cvdvae.AllInOne;
using Cvdvae.DecoderHost;
using Cvdvae.EncoderHost;
using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(ServiceRoles.AllInOne);
builder.AddOwnAddresses();
builder.AddEncoderHost();
builder.AddDecoderHost();
builder.AddGateway();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapEncoderHost();
app.MapDecoderHost();
app.MapGateway();
await app.RunAsync();
