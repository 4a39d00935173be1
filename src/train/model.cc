#include "lithe/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catalogue/catalogue.h"
#include "cpu/memory.h"
#include "data/examples/elements.h"
#include "data/examples/scale.h"
#include "graph/op.h"
#include "io/model_file.h"
#include "lithe/error.h"
#include "ops/embed_columns.h"
#include "ops/reshape.h"
#include "ops/standardize.h"
#include "plan/values.h"
#include "train/forward.h"
#include "train/model_data.h"
#include "train/parameter_shape.h"
#include "train/target_scaling.h"

namespace lithe {

namespace {

using Values = std::variant<plan::Parameters<float>, plan::Parameters<double>>;

// Initial values are drawn array by array in double precision and brought into order.
void check_weights_fit(Precision precision, const graph::Graph& graph) {
  const double bytes = precision == Precision::float32 ? sizeof(float) : sizeof(double);
  double all = 0, largest = 0;
  for (const auto& spec : graph.parameters) {
    const double values = static_cast<double>(spec.rows) * static_cast<double>(spec.columns);
    all += values, largest = std::max(largest, values);
  }
  // What the heap and the program take beside the arrays.
  constexpr double kBeside = 4e6;
  cpu::check_memory(all * bytes + largest * (sizeof(double) + bytes) + kBeside,
                    "the weights of this network need", "a smaller network");
}

Values make_values(Precision precision, const graph::Graph& graph) {
  check_weights_fit(precision, graph);
  if (precision == Precision::float32) return plan::Parameters<float>(graph.parameters);
  return plan::Parameters<double>(graph.parameters);
}

std::unique_ptr<ModelData> make_data(Network network, Precision precision,
                                     Preprocessing preprocessing) {
  graph::Graph graph = catalogue::compile(network.layers());
  Values values = make_values(precision, graph);
  return std::unique_ptr<ModelData>(new ModelData{
      std::move(network), std::move(graph), std::move(preprocessing), {}, {}, std::move(values)});
}

// Mean and sum of squared distances of every column, by Welford's recurrence (1962), with weights
// as in West (1979).
class ColumnStatistics {
 public:
  explicit ColumnStatistics(std::size_t columns) : mean_(columns), squares_(columns) {}

  template <typename V>
  void add(const V* row, double divisor, double weight) {
    // The two divisions are all that takes time.
    if (divisor == 1)
      add(row, weight, [](double value) { return value; });
    else
      add(row, weight, [divisor](double value) { return value / divisor; });
  }
  const std::vector<double>& mean() const { return mean_; }
  std::vector<double> deviation() const {
    std::vector<double> result = squares_;
    for (double& d : result) d = total_ > 0 ? std::sqrt(d / total_) : 0;
    return result;
  }

 private:
  template <typename V, class Scaled>
  void add(const V* row, double weight, const Scaled& scaled) {
    total_ += weight;
    double* const mean = mean_.data();
    double* const squares = squares_.data();
    for (std::size_t k = 0; k < mean_.size(); ++k) {
      const double value = scaled(static_cast<double>(row[k]));
      const double step = value - mean[k];
      mean[k] += weight * step / total_;
      squares[k] += weight * step * (value - mean[k]);
    }
  }

  std::vector<double> mean_, squares_;
  double total_ = 0;
};

// Of each column of a row, or of each channel of sequences of at most `positions`, over the
// positions that there are.
ColumnStatistics column_statistics(const Examples& examples, std::size_t positions) {
  const Features& features = examples.features;
  const std::size_t columns = features.columns / positions;
  ColumnStatistics statistics(columns);
  const auto add = [&](const auto* values, std::size_t length, double weight) {
    for (std::size_t p = 0; p < length; ++p)
      statistics.add(values + p * columns, features.divisor, weight);
  };
  for (std::size_t row = 0; row < features.rows; ++row) {
    const double weight =
        examples.weights != nullptr ? static_cast<double>(examples.weights[row]) : 1;
    if (weight == 0) continue;
    const std::size_t length = plan::Lengths{features.lengths}.of(row, positions);
    const std::uint8_t* values = features.row(row);
    data::with_element(features.type, [&]<typename V>(V) {
      add(reinterpret_cast<const V*>(values), length, weight);
    });
  }
  return statistics;
}

// Whether a slot holds the values that come in, or their positions.
bool is_input(const graph::Graph& graph, graph::SlotId slot) {
  return slot == 0 || std::ranges::any_of(graph.operations, [&](const auto& operation) {
           return operation.op->output() == slot && ops::is_reshape(*operation.op) &&
                  operation.op->inputs().front() == 0;
         });
}

graph::ParameterId id_of(const ModelData& data, const std::string& name) {
  const auto& all = data.graph.parameters;
  for (graph::ParameterId id = 0; id < all.size(); ++id)
    if (all[id].name == name) return id;
  throw Error(ErrorKind::model, fmt::format("the model has no array '{}'", name));
}

}  // namespace

std::string_view name(Precision precision) {
  return precision == Precision::float32 ? "float32" : "float64";
}

Precision parse_precision(std::string_view text) {
  for (const Precision precision : {Precision::float32, Precision::float64})
    if (text == name(precision)) return precision;
  if (text == "bfloat16")
    throw Error(ErrorKind::usage, "a model has no values in bfloat16", "precision",
                "float32; a training rounds what it multiplies where it is told to: bfloat16=True "
                "of lithe.Trainer, TrainOptions::bfloat16");
  throw Error(ErrorKind::usage, fmt::format("no precision '{}'", text), "--precision",
              "float32 or float64");
}

Preprocessing preprocessing_of(const Dataset& data) {
  Preprocessing preprocessing{.divisor = data.train.features.divisor,
                              .class_names = data.class_names,
                              .schema = data.schema,
                              .vocabulary = data.vocabulary};
  const std::size_t rank = data.shape.size();
  if ((rank == 2 || rank == 3) && data.train.features.type == ElementType::uint8 &&
      data.train.features.lengths == nullptr)
    preprocessing.image = data.shape, preprocessing.resize = data.resize;
  return preprocessing;
}

Model::Model(Network network, Precision precision, std::uint64_t seed, Preprocessing preprocessing)
    : Model(make_data(std::move(network), precision, std::move(preprocessing))) {
  std::visit([seed](auto& values) { values.initialize(seed); }, data_->values);
}

Model::Model(std::unique_ptr<ModelData> data) : data_(std::move(data)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const Network& Model::network() const { return data_->network; }
const Preprocessing& Model::preprocessing() const { return data_->preprocessing; }
void Model::set_preprocessing(Preprocessing preprocessing) {
  data_->preprocessing = std::move(preprocessing);
}
std::map<std::string, std::string>& Model::metadata() { return data_->metadata; }
const std::map<std::string, std::string>& Model::metadata() const { return data_->metadata; }
std::map<std::string, NamedArray>& Model::extra_arrays() { return data_->extra_arrays; }
const std::map<std::string, NamedArray>& Model::extra_arrays() const { return data_->extra_arrays; }
Precision Model::precision() const {
  return data_->values.index() == 0 ? Precision::float32 : Precision::float64;
}

std::vector<std::string> Model::names() const {
  std::vector<std::string> result;
  for (const auto& spec : data_->graph.parameters) result.push_back(spec.name);
  return result;
}

std::vector<std::size_t> Model::shape(const std::string& array) const {
  return train::shape_of(data_->graph.parameters[id_of(*data_, array)]);
}

std::vector<double> Model::values(const std::string& array) const {
  return std::visit(
      [&](const auto& values) {
        const auto read = values.read(id_of(*data_, array));
        return std::vector<double>(read.begin(), read.end());
      },
      data_->values);
}

void Model::set_values(const std::string& array, const std::vector<double>& given) {
  const auto& spec = data_->graph.parameters[id_of(*data_, array)];
  if (given.size() != spec.rows * spec.columns)
    throw Error(ErrorKind::model, fmt::format("'{}' has {} values and {} were given", array,
                                              spec.rows * spec.columns, given.size()));
  std::visit(
      [&]<typename T>(plan::Parameters<T>& values) {
        std::vector<T> converted(given.size());
        std::transform(given.begin(), given.end(), converted.begin(),
                       [](double value) { return static_cast<T>(value); });
        values.write(id_of(*data_, array), converted);
      },
      data_->values);
}

void Model::save(const std::filesystem::path& path) const {
  io::ModelFile file{data_->network.to_string(),
                     data_->preprocessing.divisor,
                     data_->preprocessing.class_names,
                     data_->metadata,
                     precision() == Precision::float64,
                     {},
                     data_->extra_arrays,
                     data_->preprocessing.image,
                     data_->preprocessing.resize,
                     data_->preprocessing.schema,
                     data_->preprocessing.target_mean,
                     data_->preprocessing.target_deviation,
                     data_->preprocessing.vocabulary};
  std::visit(
      [&](const auto& values) {
        for (graph::ParameterId id = 0; id < data_->graph.parameters.size(); ++id) {
          const std::string& array = data_->graph.parameters[id].name;
          file.arrays.push_back({array, shape(array), io::to_bytes(values.read(id))});
        }
      },
      data_->values);
  io::write_model(path, file);
}

Model Model::load(const std::filesystem::path& path) {
  io::ModelFile file = io::read_model(path);
  const Network network = Network::parse(file.network);
  if (!network.has_input())
    throw Error(ErrorKind::model, "the model's network has no input layer", path.string());
  if (!file.image.empty() && Shape{file.image}.size() != network.input_shape().size())
    throw Error(
        ErrorKind::model,
        fmt::format("the model takes images of {} by its metadata, and its network takes {}",
                    Shape{file.image}.to_string(), network.input_shape().to_string()),
        path.string());
  const graph::Graph graph = catalogue::compile(network.layers());
  const std::size_t outputs = graph.slots[graph.output()].columns;
  if (!file.target_mean.empty() && file.target_mean.size() != outputs)
    throw Error(ErrorKind::model,
                fmt::format("the targets of {} outputs are scaled, and the network has {}",
                            file.target_mean.size(), outputs),
                path.string());
  // Checked against the file before memory is allocated: a sentence can ask for any amount of it.
  for (const auto& spec : graph.parameters) {
    const std::vector<std::size_t> wanted = spec.kind != graph::ParameterKind::weight
                                                ? std::vector<std::size_t>{spec.columns}
                                                : std::vector<std::size_t>{spec.rows, spec.columns};
    io::check_array(file, spec.name, wanted, path.string());
  }
  const Precision precision = file.float64 ? Precision::float64 : Precision::float32;
  Model model(make_data(network, precision,
                        {file.divisor, std::move(file.class_names), std::move(file.image),
                         file.resize, std::move(file.target_mean), std::move(file.target_deviation),
                         std::move(file.schema), std::move(file.vocabulary)}));
  model.metadata() = file.metadata;
  model.extra_arrays() = std::move(file.extra_arrays);
  std::visit(
      [&]<typename T>(plan::Parameters<T>& values) {
        for (graph::ParameterId id = 0; id < graph.parameters.size(); ++id)
          values.write(id, io::from_bytes<T>(file.array(graph.parameters[id].name)));
      },
      model.data_->values);
  return model;
}

void Model::set_positions(std::size_t most) {
  if (most == 0 || !network().has_lengths())
    throw Error(ErrorKind::usage, fmt::format("{} positions of each sequence", most),
                "Model::set_positions",
                "at least 1, and a network that begins with input(48x7, lengths=true), say");
  data_->network = network().with_positions(most);
  data_->graph = catalogue::compile(data_->network.layers());
}

void Model::standardize(const Features& features) { standardize(Examples{.features = features}); }

void Model::standardize(const Examples& examples) {
  const std::vector<bool> categories = ops::holds_categories(data_->graph);
  for (const auto& operation : data_->graph.operations) {
    const auto work = ops::as_standardize(*operation.op);
    if (!work) continue;
    const graph::SlotId input = operation.op->inputs().front();
    if (!is_input(data_->graph, input)) continue;
    const ColumnStatistics statistics =
        column_statistics(examples, data_->graph.slots[input].positions);
    std::vector<double> mean = statistics.mean(), deviation = statistics.deviation();
    for (std::size_t n = 0; n < mean.size(); ++n)
      if (categories[n]) mean[n] = 0, deviation[n] = 1;
    set_values(data_->graph.parameters[work->mean].name, mean);
    set_values(data_->graph.parameters[work->deviation].name, deviation);
  }
}

namespace {

// The outputs of `forward` for features in the model's scale, in the targets' own units.
template <class Forward>
std::vector<double> answers(const Model& model, const Features& features, const Forward& forward) {
  if (features.columns != model.network().input_shape().size())
    throw Error(ErrorKind::data,
                fmt::format("the model takes {} values and an example has {}",
                            model.network().input_shape().size(), features.columns));
  const Features scaled = data::in_scale(features, model.preprocessing().divisor);
  std::vector<double> outputs = forward(scaled);
  const auto bad = std::ranges::find_if(outputs, [](double v) { return !std::isfinite(v); });
  if (bad != outputs.end())
    throw Error(ErrorKind::numeric,
                fmt::format("the model's answer for example {} is not a number",
                            (bad - outputs.begin()) * static_cast<std::ptrdiff_t>(features.rows) /
                                static_cast<std::ptrdiff_t>(outputs.size())),
                {}, "look at that example's values, which may be far too large; or train again");
  train::unscale(std::span(outputs), model.preprocessing());
  return outputs;
}

}  // namespace

std::vector<double> Model::predict(const Features& features) const {
  return answers(*this, features, [&](const Features& scaled) {
    return train::forward(*data_, data_->graph, scaled);
  });
}

std::vector<double> Model::predict_in_streams(const Features& features, std::size_t streams) const {
  const graph::Graph carried = catalogue::compile_carried(network().layers());
  return answers(*this, features, [&](const Features& scaled) {
    return train::forward_in_streams(*data_, carried, scaled, streams);
  });
}

}  // namespace lithe
