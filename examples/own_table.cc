// Learns the last column of a table and saves a model that reads other tables of that form.
//
//   own_table flowers.csv flowers.safetensors
//   lithe predict flowers.safetensors more_flowers.csv
#include <lithe/lithe.h>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: own_table TABLE MODEL\n"), 2;
  try {
    const lithe::Dataset data = lithe::load_table(argv[1]).data;
    const auto network = lithe::Network()
                             .standardize()
                             .dense(32, {.activation = "tanh"})
                             .dense(data.class_names.size())
                             .with_input({data.shape});
    lithe::Model model(network, lithe::Precision::float32, /*seed=*/1, preprocessing_of(data));
    model.standardize(data.train.features);
    lithe::Trainer trainer(model, data.train, data.test,
                           {.loss = "cross_entropy", .optimizer = "adam(0.01)", .epochs = 20});
    while (!trainer.finished()) trainer.run_epoch();
    model.save(argv[2]);

    // One more row, as a form or another program would hand it in: the name and the text of each
    // column, here zeros and for a column of categories its first one.
    const auto schema = lithe::TableSchema::from_json(model.preprocessing().schema);
    std::map<std::string, std::string> cells;
    for (const lithe::TableColumn& column : schema.columns)
      if (column.features() > 0)
        cells[column.name] = column.categories.empty() ? "0" : column.categories.front();
    const std::vector<float> row = lithe::encode_row(schema, cells);
    const auto outputs = model.predict(lithe::Features::of(row, 1, row.size()));
    const auto best = std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
    std::printf("%s\n", data.class_names[static_cast<std::size_t>(best)].c_str());
  } catch (const lithe::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
