// Asks an environment's server (`lithe rl serve`) anything at all. Each line gets one answer, which
// is a JSON object, and the next line is answered too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "lithe/environment.h"
#include "require.h"

namespace {

void ask(const char* environment, const std::string& text) {
  std::istringstream questions(text + "\n{\"command\": \"spaces\"}\n");
  std::stringstream answers;
  lithe::serve_environment(environment, 1, questions, answers);
  std::size_t lines = 2, answered = 0;
  for (const char letter : text) lines += letter == '\n';
  nlohmann::json last;
  for (std::string line; std::getline(answers, line); ++answered) {
    last = nlohmann::json::parse(line);
    require(last.is_object());
  }
  require(answered == lines);
  require(!last.contains("error"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  ask("cartpole", text);
  ask("pendulum", text);
  return 0;
}
