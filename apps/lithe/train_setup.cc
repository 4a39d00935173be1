#include "train_setup.h"

#include <fmt/format.h>

#include "lithe/data.h"
#include "lithe/defaults.h"
#include "lithe/error.h"
#include "lithe/text.h"
#include "lithe/transfer.h"
#include "unknown_data.h"

namespace lithe::app {

namespace {

Examples first_examples(const Dataset& data, std::size_t count) {
  if (count == 0) return data.train;
  if (count > data.train.features.rows)
    throw Error(ErrorKind::usage,
                fmt::format("{} examples of {} that there are", count, data.train.features.rows),
                "--examples", fmt::format("from 1 to {}", data.train.features.rows));
  return data.train.slice(0, count);
}

// The tables of recipes are fetched by a script.
void check_table_of_recipe(const TrainCommand& command) {
  std::error_code unknown;
  if (command.recipe.empty() || !is_table_path(command.data.data) || command.data.data == "-" ||
      std::filesystem::exists(command.data.data, unknown))
    return;
  throw Error(ErrorKind::usage,
              fmt::format("the table '{}' of this recipe is not there", command.data.data),
              "--data",
              fmt::format("`python3 scripts/recipe_data.py {}`, which fetches it into the data "
                          "folder",
                          std::filesystem::path(command.data.data).stem().string()));
}

Model load_old(const std::string& file) {
  if (!std::filesystem::exists(file))
    throw Error(ErrorKind::usage, fmt::format("there is no model file '{}'", file), "--from",
                fmt::format("train it first, `lithe train {}` if that is a recipe",
                            std::filesystem::path(file).stem().string()));
  return Model::load(file);
}

// One more unit for the outliers, unless the network has it.
Network with_background(const Network& network, const Dataset& data) {
  const bool lacks_one = network.output_shape().size() == data.train.classes;
  return lacks_one ? with_outputs(network, data.train.classes + 1) : network;
}

// What --unknown needs of data and network is looked at before the training.
void check_unknown(const Model& model, const Examples& train) {
  head_of(model);
  if (train.labels == nullptr)
    throw Error(ErrorKind::data, "the data have no classes, of which an example could be none",
                "--unknown", "data with classes");
}

// The data set with these examples to train on, and none to test on.
Dataset with_training(Dataset data, const Examples& train) {
  data.train = train;
  data.test = train.slice(0, 0);
  return data;
}

Dataset load_outlier_set(const TrainCommand& command, const LoadedData& loaded,
                         const Examples& train, const std::string& name,
                         const std::string& classes) {
  if (name == kCorrupted)
    return corrupt_images(with_training(loaded.set, train), command.options.seed);
  Dataset set = load_unknown(
      {.data = name, .data_dir = command.data.data_dir, .pictures = command.data.pictures},
      {loaded.set.shape, loaded.set.resize, loaded.schema, train.features.divisor});
  return classes == kAllClasses ? set
                                : select_classes(set, parse_numbers(classes, "--outlier-classes"));
}

std::optional<OpenTrainingSet> load_outliers(const TrainCommand& command, const LoadedData& loaded,
                                             const Examples& train) {
  const UnknownChoice& choice = command.unknown;
  if (choice.outliers.empty()) return std::nullopt;
  std::vector<Dataset> sets;
  std::vector<Features> outliers;
  for (std::size_t i = 0; i < choice.outliers.size(); ++i) {
    const std::string classes =
        choice.outlier_classes.empty() ? kAllClasses : choice.outlier_classes[i];
    const Dataset& set =
        sets.emplace_back(load_outlier_set(command, loaded, train, choice.outliers[i], classes));
    outliers.push_back(set.train.features.rows > 0 ? set.train.features : set.test.features);
  }
  const bool soft = choice.score == kOutlierExposure;
  return add_outliers(train, outliers, soft ? OutlierUse::exposure : OutlierUse::background,
                      soft ? choice.outlier_weight : 0);
}

// The rows of learned numbers belong to the categories of the table that they were learned from.
void check_embedded(const TableSchema& schema, const Model& old) {
  const auto embedded = [](const TableSchema& of) {
    std::vector<TableColumn> columns;
    for (const TableColumn& column : of.columns)
      if (column.embedding > 0 || column.kind == ColumnKind::text) columns.push_back(column);
    for (TableColumn& column : columns) column.text_length = 0;  // any will do
    return columns;
  };
  const std::string& known = old.preprocessing().schema;
  const auto before = embedded(known.empty() ? TableSchema{} : TableSchema::from_json(known));
  if (before == embedded(schema)) return;
  throw Error(ErrorKind::data,
              "the old model has learned numbers for other categories or words than those of this "
              "table",
              "--from",
              "the table that it was trained on, with the same --embed or --text-column; or a "
              "training without --from");
}

Model make_model(const TrainCommand& command, const LoadedData& loaded) {
  const Dataset& data = loaded.set;
  const Precision precision =
      command.options.bfloat16 ? Precision::float32 : parse_precision(command.precision);
  Preprocessing preprocessing = preprocessing_of(data);
  if (command.unknown.score == kBackground) preprocessing.class_names.emplace_back("unknown");
  std::optional<Model> old;
  if (!command.from.empty()) old.emplace(load_old(command.from));
  Network network = command.network.empty() ? old->network() : Network::parse(command.network);
  // The columns of a table have all sorts of scales: they are brought to one.
  if (loaded.schema && old) check_embedded(*loaded.schema, *old);
  if (loaded.schema) {
    const TableColumn* const text = loaded.schema->text();
    const std::size_t behind = loaded.windows ? loaded.schema->target_names().size() : 0;
    network = with_table_input(network, loaded.schema->row_columns(behind),
                               !command.no_standardize && !old && text == nullptr);
    if (text != nullptr) check_text_input(network, text->token_count());
  }
  if (!data.vocabulary.empty() && !old)
    check_text_input(network, Vocabulary::from_json(data.vocabulary).size());
  network = network.with_input(Shape{data.shape}, data.train.features.lengths != nullptr);
  std::size_t reused = SIZE_MAX;
  if (!command.head.empty()) {
    Reuse reuse = replace_head(network, command.head);
    network = std::move(reuse.network);
    reused = reuse.layers;
  }
  if (command.unknown.score == kBackground) network = with_background(network, data);
  Model model(std::move(network), precision, command.options.seed, preprocessing);
  if (command.unknown.score == kBackground) mark_background(model);
  if (old) copy_layers(*old, model, reused);
  return model;
}

// Whether what is not said fits the data: that of tables and folders of pictures.
bool follows_data(const TrainCommand& command) {
  return !command.given.recipe && (!command.data.text.empty() || is_table_path(command.data.data) ||
                                   is_picture_folder(command.data.data));
}

// What neither the command line nor a recipe says of such data.
void fill_in_defaults(TrainCommand& command, const Examples& train,
                      const std::vector<std::size_t>& shape) {
  const bool table = is_table_path(command.data.data);
  TrainOptions& options = command.options;
  if (table && train.targets != nullptr && !command.no_standardize)
    options.standardize_targets = default_training(train, shape).options.standardize_targets;
  if (!follows_data(command)) return;
  const DefaultTraining chosen =
      default_training(train, shape, command.given.batch ? options.batch : 0);
  std::string& said = command.defaults;
  const auto choose = [&](bool given, auto& option, const auto& value, const std::string& words) {
    if (given) return;
    option = value;
    said += (said.empty() ? "" : " ") + words;
  };
  choose(command.given.network, command.network, chosen.network,
         fmt::format("--network \"{}\"", chosen.network));
  const bool own_network = command.given.network;
  choose(command.given.loss || own_network, options.loss, chosen.options.loss,
         "--loss " + chosen.options.loss);
  choose(command.given.optimizer, options.optimizer, chosen.options.optimizer,
         fmt::format("--optimizer \"{}\"", chosen.options.optimizer));
  choose(command.given.batch, options.batch, chosen.options.batch,
         fmt::format("--batch {}", chosen.options.batch));
  choose(command.given.epochs, options.epochs, chosen.options.epochs,
         fmt::format("--epochs {}", chosen.options.epochs));
  // Whoever says how many epochs there are says when the training ends.
  if (command.given.epochs || command.given.validation || options.validation > 0 ||
      chosen.options.validation == 0)
    return;
  options.validation = chosen.options.validation;
  options.patience = options.epochs;
  said += fmt::format(" --validation {} --patience {}", options.validation, options.patience);
}

}  // namespace

bool has_one_output(const std::string& network) {
  if (network.empty()) return false;
  try {
    return Network::parse(network).with_input(Shape{{1}}).output_shape().size() == 1;
  } catch (const Error&) {
    return false;  // it is not for tables, or a mistake that is told where the network is used
  }
}

LoadedData load_training_data(TrainCommand& command) {
  find_table(command.data);
  check_table_of_recipe(command);
  command.data.table.csv.one_output = has_one_output(command.network);
  return load_data(command.data, command.options.seed);
}

TrainSetup set_up(TrainCommand& command) {
  LoadedData loaded = load_training_data(command);
  return set_up(command, std::move(loaded));
}

TrainSetup set_up(TrainCommand& command, LoadedData loaded) {
  find_table(command.data);
  command.options.image = loaded.set.shape;
  const Examples train = first_examples(loaded.set, command.examples);
  fill_in_defaults(command, train, loaded.set.shape);
  Model model = make_model(command, loaded);
  if (command.given.network && !command.given.loss && follows_data(command)) {
    command.options.loss = default_loss(model, train);
    command.defaults += (command.defaults.empty() ? "" : " ") + ("--loss " + command.options.loss);
  }
  if (command.from.empty()) model.standardize(train.features);
  keep_data(command.data, loaded, train, model);
  auto& metadata = model.metadata();
  if (is_picture_folder(command.data.data))
    metadata["lithe.val_folder"] = command.data.pictures.val_folder;
  // Where the rows that are held out can be found again in the data: lithe calibrate looks for
  // them.
  const bool whole = command.examples == 0 && command.data.per_class == 0 &&
                     command.unknown.score != kOutlierExposure;
  if (command.options.validation > 0 && whole)
    metadata["lithe.validation"] = fmt::format("{}", command.options.validation);
  if (!command.recipe.empty()) metadata["lithe.recipe"] = command.recipe;
  if (command.unknown.asked()) check_unknown(model, train);
  auto open = load_outliers(command, loaded, train);
  const bool drops = !command.unknown.asked() && !command.from.empty() &&
                     calibration_of(load_old(command.from)).has_value();
  return {std::move(loaded.set),
          train,
          std::move(model),
          std::move(open),
          drops,
          std::move(loaded.understood),
          std::move(loaded.understood_json),
          std::move(loaded.windows)};
}

}  // namespace lithe::app
