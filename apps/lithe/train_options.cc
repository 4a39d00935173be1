#include "train_options.h"

#include <fmt/format.h>

#include "parse.h"
#include "recipes.h"

namespace lithe::app {

namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 32;

void add_options(CLI::App& app, TrainCommand& c) {
  add_data_options(app, c.data, c.data_dir);
  app.add_option("--examples", c.examples, "train on the first so many examples (default: all)")
      ->check(CLI::Range(std::uint64_t{1}, kMost));
  app.add_option(
      "--network", c.network,
      "the network: \"dense(30, sigmoid) -> dense(10, sigmoid)\"; see `lithe list layers`");
  app.add_option("--loss", c.options.loss, "see `lithe list losses`")->capture_default_str();
  app.add_option("--optimizer", c.options.optimizer, "see `lithe list optimizers`")
      ->capture_default_str();
  app.add_option("--batch", c.options.batch, "examples in a mini-batch")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, kMost));
  app.add_option("--epochs", c.epochs, "passes over the data; 0 saves the initial model")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1000000}));
  app.add_option("--precision", c.precision, "float32 or float64")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float64"}));
  app.add_option("--seed", c.options.seed, "of the initial values and the shuffle")
      ->capture_default_str();
  app.add_option("--threads", c.options.threads,
                 "number of threads (default: the fastest, measured)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1024}));
  app.add_flag("--pin", c.options.pin, "bind each thread to a processor");
  app.add_option("--isa", c.options.isa, "instruction set: auto, avx512, avx2, sse4, neon, scalar")
      ->capture_default_str();
  app.add_option("--output", c.output, "model file (default: the recipe's name .safetensors)");
  app.add_flag("--explain", c.explain, "print the plan instead of training");
  app.add_flag("--json", c.json, "print one JSON object instead of text");
}

}  // namespace

std::optional<int> parse_train(const Arguments& arguments, TrainCommand& command) {
  CLI::App app(
      "Trains a network: a recipe, or your own. Options given beside a recipe replace its.",
      "lithe train");
  Arguments options = arguments;
  if (!options.empty() && !options.front().starts_with("-")) {
    command.recipe = options.front();
    options.erase(options.begin());
    app.set_config("--recipe", find_recipe(command.recipe).string(), "", true)->group("");
    app.allow_config_extras(CLI::config_extras_mode::error);
  }
  app.footer("A recipe's name comes first: lithe train seed --epochs 3");
  app.option_defaults()->take_last();
  add_options(app, command);
  if (const auto status = parse(app, options)) return status;
  if (command.network.empty()) {
    fmt::print(stderr,
               "lithe: no network is named\n  try: lithe train seed, or --network \"...\"\n");
    return 2;
  }
  if (command.output.empty()) {
    const std::filesystem::path recipe(command.recipe);
    command.output = (recipe.empty() ? "model" : recipe.stem().string()) + ".safetensors";
  }
  return std::nullopt;
}

}  // namespace lithe::app
