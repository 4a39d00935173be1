#include "predict_text.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "terminal.h"

namespace lithe::app {

void add_generate_options(Options& app, TextChoice& c) {
  const std::string group = "Text";
  app.add_option("--text", c.prompt, "go on with this text, by a model that was trained on text")
      ->group(group);
  app.add_option("--length", c.options.length, "how many characters, bytes or words to make")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1} << 32))
      ->group(group);
  app.add_option("--temperature", c.options.temperature,
                 "how much is left to chance: 0 takes the most probable one each time, 1 each as "
                 "often as the model expects it")
      ->capture_default_str()
      ->check(Range(0.0, 1000.0))
      ->group(group);
  app.add_option("--top-k", c.options.top_k,
                 "draw among this many of the most probable ones (default: all)")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1} << 32))
      ->group(group);
  app.add_option("--seed", c.options.seed, "seed of the draws: the same text for the same seed")
      ->capture_default_str()
      ->group(group);
}

int predict_text(const Model& model, TextChoice& choice, bool json) {
  if (json) {
    const std::string text = generate(model, choice.prompt, choice.options);
    const nlohmann::json result = {{"prompt", choice.prompt}, {"text", text}};
    fmt::print("{}\n", result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  catch_interrupt();
  bool begun = false;
  choice.options.progress = [&](std::string_view piece) {
    if (!begun) std::fwrite(choice.prompt.data(), 1, choice.prompt.size(), stdout);
    begun = true;
    std::fwrite(piece.data(), 1, piece.size(), stdout);
    std::fflush(stdout);
    return !interrupted();
  };
  generate(model, choice.prompt, choice.options);
  fmt::print("\n");
  return 0;
}

}  // namespace lithe::app
