// lithe predict --text: a model of a text goes on with one.
#pragma once

#include <string>

#include "lithe/model.h"
#include "lithe/text.h"
#include "parse.h"

namespace lithe::app {

struct TextChoice {
  std::string prompt;  // empty: none is asked for
  GenerateOptions options;
};

void add_generate_options(Options& app, TextChoice& choice);

// Prints the text as it is made; or one JSON object.
int predict_text(const Model& model, TextChoice& choice, bool json);

}  // namespace lithe::app
