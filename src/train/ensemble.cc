#include "lithe/ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "losses/outputs.h"
#include "train/check.h"
#include "train/model_data.h"

namespace lithe {

namespace {

const std::string& loss_of(const Model& model) {
  static const std::string none = "quadratic";  // as what values are answered with
  const auto found = model.metadata().find("lithe.loss");
  return found == model.metadata().end() ? none : found->second;
}

std::string_view mean_for(const std::string& loss) {
  switch (losses::outputs_of(train::parse_loss(loss).loss)) {
    case losses::Outputs::softmax_logits:
      return "softmax";
    case losses::Outputs::sigmoid_logits:
      return "sigmoid";
    default:
      return "outputs";
  }
}

// Whether another scale of the targets can be put into the weights of the last layer.
bool ends_with_sums(const Model& model) {
  const Component& last = model.network().layers().back();
  return last.name == "dense" && last.component("activation").name == "identity" &&
         last.component("tied").name == "false";
}

bool scaled_alike(const Preprocessing& a, const Preprocessing& b) {
  return a.target_mean == b.target_mean && a.target_deviation == b.target_deviation;
}

void check_alike(const Model& first, const Model& other, std::size_t number) {
  const auto refuse = [&](std::string_view what) {
    throw Error(ErrorKind::model,
                fmt::format("model {} of the ensemble has {} than the first", number, what), {},
                "models that were trained on the same data, with the same loss and precision");
  };
  const Preprocessing &a = first.preprocessing(), &b = other.preprocessing();
  if (first.network().layers().front() != other.network().layers().front()) refuse("another input");
  if (first.network().output_shape() != other.network().output_shape()) refuse("other outputs");
  if (first.precision() != other.precision()) refuse("another precision");
  if (loss_of(first) != loss_of(other)) refuse("another loss");
  if (a.class_names != b.class_names) refuse("other classes");
  if (a.divisor != b.divisor || a.image != b.image || a.resize != b.resize)
    refuse("other pictures, or values of another range,");
  if (a.schema != b.schema) refuse("other columns, or categories,");
  if (a.vocabulary != b.vocabulary) refuse("another vocabulary");
  const bool can_be_scaled = !a.target_mean.empty() && !b.target_mean.empty() &&
                             ends_with_sums(other) && mean_for(loss_of(other)) == "outputs";
  if (!scaled_alike(a, b) && !can_be_scaled) refuse("targets of another scale");
}

// layers.3.weight is layers.7.weight where four layers stand in front.
std::string moved(const std::string& name, std::size_t layers) {
  constexpr std::string_view kFront = "layers.";
  std::size_t layer = 0;
  const char* const end = name.data() + name.size();
  const char* const rest = std::from_chars(name.data() + kFront.size(), end, layer).ptr;
  return fmt::format("{}{}{}", kFront, layer + layers, std::string_view(rest, end));
}

std::size_t layers_of(const Model& model) { return data_of(model).graph.layers; }

// An output z of the member stands for z * deviation + mean in its own units; the last layer of its
// copy in `result` puts out what stands for the same in the units of the first.
void scale_last_layer(const Model& member, std::size_t layers, Model& result) {
  const Preprocessing &own = member.preprocessing(), &first = result.preprocessing();
  const std::string last = fmt::format("layers.{}.", layers_of(member) - 1 + layers);
  std::vector<double> weight = result.values(last + "weight"), bias = result.values(last + "bias");
  const std::size_t outputs = bias.size();
  for (std::size_t i = 0; i < weight.size(); ++i)
    weight[i] *= own.target_deviation[i % outputs] / first.target_deviation[i % outputs];
  for (std::size_t n = 0; n < outputs; ++n)
    bias[n] = (bias[n] * own.target_deviation[n] + own.target_mean[n] - first.target_mean[n]) /
              first.target_deviation[n];
  result.set_values(last + "weight", weight);
  result.set_values(last + "bias", bias);
}

// What is behind the input.
std::string body_of(const Model& model) {
  return catalogue::print_layers(std::span(model.network().layers()).subspan(1));
}

Network network_of(std::span<const Model* const> members) {
  const Model& first = *members.front();
  const bool alike = std::ranges::all_of(members, [&](const Model* member) {
    return member->network().layers() == first.network().layers();
  });
  std::string text = catalogue::print_layers(std::span(first.network().layers()).first(1)) +
                     " -> ensemble(" + body_of(first);
  if (alike)
    text += fmt::format(", times={}", members.size());
  else
    for (const Model* member : members.subspan(1)) text += ", " + body_of(*member);
  return Network::parse(text + fmt::format(", mean={})", mean_for(loss_of(first))));
}

}  // namespace

Model ensemble(std::span<const Model* const> members) {
  if (members.empty())
    throw Error(ErrorKind::model, "an ensemble of no models", {}, "one model or more");
  const Model& first = *members.front();
  for (std::size_t i = 1; i < members.size(); ++i) check_alike(first, *members[i], i + 1);
  Model result(network_of(members), first.precision(), 1, first.preprocessing());
  std::size_t layers = 0;
  for (const Model* member : members) {
    for (const std::string& name : member->names())
      result.set_values(moved(name, layers), member->values(name));
    if (!scaled_alike(first.preprocessing(), member->preprocessing()))
      scale_last_layer(*member, layers, result);
    layers += layers_of(*member);
  }
  for (const auto& [key, value] : first.metadata())
    if (std::ranges::all_of(members, [&](const Model* member) {
          const auto found = member->metadata().find(key);
          return found != member->metadata().end() && found->second == value;
        }))
      result.metadata()[key] = value;
  return result;
}

Model ensemble(std::span<const Model> members) {
  std::vector<const Model*> all;
  for (const Model& member : members) all.push_back(&member);
  return ensemble(std::span<const Model* const>(all));
}

bool is_ensemble(const Model& model) {
  const Sentence& layers = model.network().layers();
  return layers.size() == 2 && layers[1].name == "ensemble";
}

std::vector<Model> members_of(const Model& model) {
  const Sentence& layers = model.network().layers();
  std::vector<Model> members;
  if (!is_ensemble(model)) return members;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < layers[1].integer("times"); ++i)
    for (const Sentence& network : layers[1].networks("networks")) {
      const Network whole = Network::parse(catalogue::print_layers(std::span(layers).first(1)) +
                                           " -> " + catalogue::print_layers(network));
      Model member(whole, model.precision(), 1, model.preprocessing());
      for (const std::string& name : member.names())
        member.set_values(name, model.values(moved(name, behind)));
      member.metadata() = model.metadata();
      behind += layers_of(member);
      members.push_back(std::move(member));
    }
  return members;
}

std::vector<double> disagreement(const Model& model, const Features& features) {
  const std::vector<Model> members = members_of(model);
  if (members.empty())
    throw Error(ErrorKind::model, "the model is no ensemble", model.network().to_string(),
                "a model that lithe::ensemble made");
  const losses::Loss loss = train::parse_loss(loss_of(model)).loss;
  const bool classes = losses::takes_logits(loss) || !model.preprocessing().class_names.empty();
  const std::size_t outputs = model.network().output_shape().size();
  // By Welford's recurrence (1962): the answers may be large beside what they differ by.
  std::vector<double> mean, squares;
  double count = 0;
  for (const Model& member : members) {
    std::vector<double> answers = member.predict(features);
    if (classes) {
      std::vector<double> all;
      for (std::size_t row = 0; row < features.rows; ++row) {
        const auto one =
            losses::probabilities(std::span(answers).subspan(row * outputs, outputs), loss);
        all.insert(all.end(), one.begin(), one.end());
      }
      answers = std::move(all);
    }
    mean.resize(answers.size()), squares.resize(answers.size());
    ++count;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const double off = answers[i] - mean[i];
      mean[i] += off / count;
      squares[i] += off * (answers[i] - mean[i]);
    }
  }
  for (double& one : squares) one = std::sqrt(one / count);
  return squares;
}

}  // namespace lithe
