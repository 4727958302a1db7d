//! Computation graphs, forward and backward: `cargo run --example computation_graph`.

use chainrule::Result;
use chainrule::graph::{Graph, Var};
use chainrule_draw::{Diagram, Gallery};
use chainrule_lectures::{Lecture, Numbers};

/// Each node with its value and gradient, each arrow with the local derivative.
fn diagram(graph: &Graph, title: &str) -> Diagram {
    let diagram = graph.nodes().into_iter().fold(Diagram::new().title(title), |diagram, node| {
        let label = if node.op.is_empty() { node.label } else { format!("{} ({})", node.label, node.op) };
        let lines = [label, format!("value {:.2}", node.value), format!("gradient {:.2}", node.gradient)];
        diagram.node(node.id, lines)
    });
    graph
        .edges()
        .into_iter()
        .fold(diagram, |diagram, edge| diagram.edge(edge.from, edge.to, format!("× {:.2}", edge.derivative)))
}

fn print(graph: &Graph) {
    println!("node       value  gradient");
    for node in graph.nodes() {
        println!("{:<9}{:>7.2}{:>10.2}", node.label, node.value, node.gradient);
    }
    println!();
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers::default());
    // 1. Apples: forward, each node computes its own small step, and knows nothing of the rest.
    println!("Two apples for 100 each, and 10 % tax\n");
    let graph = Graph::new();
    let price = graph.var("price", 100.0);
    let count = graph.var("count", 2.0);
    let tax_rate = graph.var("tax rate", 1.1);
    let subtotal = (price * count).named("subtotal");
    let total = (subtotal * tax_rate).named("total");
    println!("forward    subtotal {}, total {:.1}", subtotal.value(), total.value());
    let (first_subtotal, first_total) = (subtotal.value(), total.value());

    // Backward: each node hands on the gradient that it gets, times its local derivative.
    total.backward();
    println!("backward   a product hands each input the gradient times the other input:\n");
    print(&graph);
    let apples = diagram(&graph, "Two apples and their tax");
    let gradients = [total, subtotal, tax_rate, price, count].map(Var::gradient);

    // What the gradient means: one more for an apple makes so much more in total.
    price.set(101.0);
    total.backward(); // which runs forward first
    let dearer = diagram(&graph, "The price rises by 1");
    let increase = total.value() - first_total;
    println!("The price rises by 1: subtotal {}, total {:.1}.", subtotal.value(), total.value());
    println!("That is {increase:.1} more, and the gradient of the price was {:.1}.\n", gradients[3]);

    // 2. z = (x + y)²: a sum hands the gradient on as it is, a square times 2·its input. So ∂z/∂x = 2(x + y).
    println!("z = (x + y)², with t = x + y\n");
    println!("     x      y      t       z  ∂z/∂t  ∂z/∂x  ∂z/∂y");
    let square = |x: f64, y: f64| {
        let graph = Graph::new();
        let (vx, vy) = (graph.var("x", x), graph.var("y", y));
        let t = (vx + vy).named("t");
        let z = t.pow(2).named("z");
        z.backward();
        let numbers = [t.value(), z.value(), t.gradient(), vx.gradient(), vy.gradient()];
        println!(
            "{x:>6} {y:>6} {:>6} {:>7} {:>6} {:>6} {:>6}",
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        );
        (diagram(&graph, "z = (x + y)²"), numbers)
    };
    let (square_diagram, numbers) = square(3.0, 4.0);
    let numbers = [numbers, square(-1.5, 0.25).1, square(2.0, -2.0).1].concat();
    println!();

    lecture.save(&Gallery::new(1).add(&apples).add(&dearer).add(&square_diagram), "computation_graph")?;

    lecture.check("subtotal and total", [first_subtotal, first_total], [200.0, 220.0], 1e-12);
    lecture.check(
        "the gradients of the purchase",
        gradients,
        [1.0, 1.1, 200.0, 2.2, 110.00000000000001],
        1e-12,
    );
    lecture.check(
        "the higher price",
        [subtotal.value(), total.value(), increase],
        [202.0, 222.2, 2.2],
        1e-12,
    );
    let expected =
        [[7.0, 49.0, 14.0, 14.0, 14.0], [-1.25, 1.5625, -2.5, -2.5, -2.5], [0.0, 0.0, 0.0, 0.0, 0.0]]
            .concat();
    lecture.check("(x + y)² at three points", numbers, expected, 1e-12);
    lecture.end();
    Ok(())
}
