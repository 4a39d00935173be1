// Text: vocabularies, windows of a text, models of it, and networks that go along a sequence.
#include "lithe/text.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "calls.h"
#include "lithe/probabilities.h"
#include "lithe/stepper.h"
#include "lithe/trainer.h"

namespace lithe::python {

namespace {

nb::bytes bytes_of(const std::string& text) { return nb::bytes(text.data(), text.size()); }
std::string text_of(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

// With the vocabulary that a model has, where `vocabulary` is not empty.
TextData load(const std::filesystem::path& file, const nb::dict& given,
              const std::string& vocabulary) {
  TextOptions options;
  std::string unit(name(options.unit));
  Keywords keywords(given);
  const auto read = [&](const char* key, auto& option) { keywords.read(key, option); };
  read("tokens", unit), read("window", options.window), read("stride", options.stride);
  read("test_share", options.test_share), read("most_words", options.most_words);
  options.unit = parse_text_unit(unit);
  return interruptible([&](Progress&) {
    return vocabulary.empty() ? load_text(file, options)
                              : load_text(file, options, Vocabulary::from_json(vocabulary));
  });
}

// What `lithe train` keeps of a text in a model, so that the commands take it. All of the text was
// learned from, so no file is named of which they would look for a part that was not.
void keep_text(Model& model, const TextData& text) {
  model.set_preprocessing(preprocessing_of(text.data));
  auto& metadata = model.metadata();
  metadata["lithe.text"] = text.options.to_string();
  metadata["lithe.train_rows"] = std::to_string(text.data.train.features.rows);
}

nb::bytes go_on(const Model& model, const nb::bytes& prompt, const nb::dict& given,
                nb::object callback) {
  GenerateOptions options;
  Keywords keywords(given);
  const auto read = [&](const char* key, auto& option) { keywords.read(key, option); };
  read("length", options.length), read("temperature", options.temperature);
  read("top_k", options.top_k), read("seed", options.seed), read("isa", options.isa);
  const std::string begun = text_of(prompt);
  const bool told = !callback.is_none();
  return bytes_of(interruptible(
      [&](Progress& progress) {
        options.progress = [&](std::string_view piece) {
          return progress.goes_on() && (!told || progress(piece));
        };
        return generate(model, begun, options);
      },
      std::move(callback)));
}

// In bits a token, where the loss is a cross-entropy.
double bits(const Model& model, const Examples& examples, std::optional<std::size_t> streams) {
  const std::string loss = "cross_entropy";
  const Evaluation result =
      interruptible([&](Progress&) { return evaluate(model, examples, loss, "auto", streams); });
  return bits_of(result.loss, loss).value();
}

nb::ndarray<nb::numpy, float> step(Stepper& stepper, const Vector<float>& values) {
  const std::span<const float> outputs = stepper.step({values.data(), values.size()});
  return array_of<float>(outputs, {outputs.size()});
}

}  // namespace

void add_text(nb::module_& module) {
  nb::class_<Vocabulary>(module, "Vocabulary")
      .def(
          "__init__",
          [](Vocabulary* self, const std::string& json) {
            new (self) Vocabulary(Vocabulary::from_json(json));
          },
          nb::arg("json"))
      .def("to_json", &Vocabulary::to_json)
      .def_prop_ro("unit", [](const Vocabulary& self) { return std::string(name(self.unit())); })
      .def("__len__", &Vocabulary::size)
      .def("_token",
           [](const Vocabulary& self, std::size_t number) { return bytes_of(self.token(number)); })
      .def("_encode",
           [](const Vocabulary& self, const nb::bytes& text) {
             const auto numbers = self.encode(text_of(text), "the text");
             return array_of<std::int32_t>(numbers, {numbers.size()});
           })
      .def("_decode", [](const Vocabulary& self, const Vector<std::int32_t>& tokens) {
        return bytes_of(self.decode({tokens.data(), tokens.size()}));
      });

  nb::class_<TextData>(module, "TextData")
      .def(
          "__init__",
          [](TextData* self, const std::filesystem::path& file, const nb::dict& options,
             const std::string& vocabulary) {
            new (self) TextData(load(file, options, vocabulary));
          },
          nb::arg("file"), nb::arg("options"), nb::arg("vocabulary"))
      // Views of its memory.
      .def_prop_ro(
          "train", [](const TextData& self) { return self.data.train; }, nb::keep_alive<0, 1>())
      .def_prop_ro(
          "test", [](const TextData& self) { return self.data.test; }, nb::keep_alive<0, 1>())
      .def_prop_ro("vocabulary", [](const TextData& self) { return self.vocabulary.to_json(); })
      .def_prop_ro("window", [](const TextData& self) { return self.options.window; })
      .def_ro("tokens", &TextData::tokens)
      .def_ro("unknown", &TextData::unknown)
      .def_prop_ro("lines", [](const TextData& self) { return describe(self); })
      .def_prop_ro("first_window",
                   [](const TextData& self) { return describe_first_window(self); });
  module.def("_keep_text", &keep_text, nb::arg("model"), nb::arg("text"));
  module.def("_vocabulary", [](const Model& model) { return model.preprocessing().vocabulary; });
  module.def("_generate", &go_on, nb::arg("model"), nb::arg("prompt"), nb::arg("options"),
             nb::arg("callback").none());
  module.def("_bits", &bits, nb::arg("model"), nb::arg("examples"), nb::arg("streams").none());

  nb::class_<Stepper>(module, "Stepper")
      .def(nb::init<const Model&, const std::string&>(), nb::arg("model"), nb::arg("isa"),
           nb::keep_alive<1, 2>())
      .def("_step", &step, nb::arg("values"))
      .def(
          "reset", [](Stepper& self) { self.reset(); }, "Forgets all positions.")
      .def_prop_ro(
          "positions", [](const Stepper& self) { return self.positions(); },
          "That there were since the last `reset`.")
      .def_prop_ro("most", &Stepper::most,
                   "Positions that there may be; 0: any number, of recurrent layers alone.");
}

}  // namespace lithe::python
