// The fuzzer's dictionary of sentences, made from the catalogues: the names of all components and
// arguments, default values, and the marks of the grammar.
//   sentence_dictionary          prints it, a token a line, as libFuzzer's option -dict reads it
//   sentence_dictionary CORPUS   fails unless each category has an example in the folder CORPUS
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "lithe/error.h"
#include "network/bind.h"
#include "sentence_catalogues.h"

namespace {

std::set<std::string> tokens() {
  std::set<std::string> result = {"(",   ")",   ", ",   " -> ", "=",     "28x28",
                                  "3x3", "50%", "1e-3", "-0.5", "1e999", "1048577"};
  for (const sentences::Kind& kind : sentences::all_kinds())
    for (const auto& entry : kind.catalogue.entries) {
      result.insert(entry.declaration.name);
      for (const auto& argument : entry.declaration.arguments) {
        result.insert(argument.name + "=");
        if (!argument.fallback.empty()) result.insert(argument.fallback);
      }
    }
  return result;
}

bool accepts(const sentences::Kind& kind, const std::string& text) {
  try {
    if (kind.category == lithe::network::Category::layer)
      lithe::network::read_network(text, kind.catalogue);
    else
      lithe::network::read_sentence(text, kind.category, kind.catalogue);
    return true;
  } catch (const lithe::Error&) {
    return false;
  }
}

bool has_example(const sentences::Kind& kind, const std::filesystem::path& corpus) {
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    if (accepts(kind, {std::istreambuf_iterator<char>(file), {}})) return true;
  }
  return false;
}

int check_examples(const std::filesystem::path& corpus) {
  int missing = 0;
  for (const sentences::Kind& kind : sentences::all_kinds()) {
    if (has_example(kind, corpus)) continue;
    std::printf("No file of %s is a sentence of the category %s: add one\n", corpus.c_str(),
                std::string(lithe::network::name(kind.category)).c_str());
    ++missing;
  }
  return missing == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1) return check_examples(arguments[1]);
  for (const std::string& token : tokens()) std::printf("\"%s\"\n", token.c_str());
  return 0;
}
