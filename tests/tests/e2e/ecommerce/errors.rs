//! What Orders answers to requests that it cannot do, and what it keeps.

use anyhow::Result;
use serde_json::{Value, json};

use super::shop::{Orders, end, order_of};

const ON_MEMORY: [(&str, &str); 1] = [("MESSAGE_BROKER", "memory")];

/// The code, and the field that is to blame.
fn refused(orders: &Orders, method: &str, path: &str, body: &str) -> Result<(u16, Option<String>)> {
    let (status, answer) = orders.request(method, path, body)?;
    let error = answer["error"].as_str().unwrap_or_default();
    assert!(!error.is_empty(), "{method} {path} {body}: {status} {answer}");
    Ok((status, answer["field"].as_str().map(str::to_owned)))
}

fn at(status: u16, field: &str) -> (u16, Option<String>) {
    (status, Some(field.to_owned()))
}

#[test]
fn a_wrong_order_is_refused_by_its_field() -> Result<()> {
    let orders = Orders::start(&[], &ON_MEMORY)?;
    let (client, product) = (orders.client()?, orders.product(5)?);
    let refused = |field: &str, value: Value| {
        let mut order = order_of(&client, &product);
        *order.pointer_mut(field).expect("the order has this field") = value;
        refused(&orders, "POST", "/v1/orders", &order.to_string())
    };
    assert_eq!(refused("/clientId", json!("nobody"))?, at(422, "clientId"));
    assert_eq!(
        refused("/items/0/productId", json!("none"))?,
        at(422, "items[0].productId")
    );
    assert_eq!(
        refused("/items/0/quantity", json!(6))?,
        at(409, "items[0].quantity")
    );
    assert_eq!(
        refused("/items/0/quantity", json!(0))?,
        at(422, "items[0].quantity")
    );
    assert_eq!(
        refused("/items/0/price", json!(0.999))?,
        at(422, "items[0].price")
    );
    assert_eq!(refused("/items/0/price", json!(-1))?, at(422, "items[0].price"));
    assert_eq!(refused("/items", json!([]))?, at(422, "items"));
    assert_eq!(
        refused("/items/0", json!({"quantity": 1, "price": 1}))?,
        at(422, "items[0].productId")
    );
    assert_eq!(refused("/total", json!("much"))?, at(422, "total"));
    assert_eq!(
        refused("/payments/0/typePaymentId", json!(null))?,
        at(422, "payments[0].typePaymentId")
    );
    assert_eq!(
        refused("/payments/0/amount", json!(-1))?,
        at(422, "payments[0].amount")
    );

    // None of them took anything: all five are still there.
    let mut all = order_of(&client, &product);
    all["items"][0]["quantity"] = json!(5);
    orders.make("/v1/orders", &all)?;
    end(orders.program)
}

#[test]
fn other_wrong_requests_are_refused_in_json_too() -> Result<()> {
    let orders = Orders::start(&[], &ON_MEMORY)?;
    let refused = |method: &str, path: &str, body: &str| refused(&orders, method, path, body);
    let client = r#"{"name": "Ada", "email": "ada@example.com", "phone": "1", "cpf": "2"}"#;
    assert_eq!(refused("POST", "/v1/clients", "{")?, (400, None));
    let two_values = format!("{client} 1");
    assert_eq!(refused("POST", "/v1/clients", &two_values)?, (400, None));
    assert_eq!(refused("POST", "/v1/clients", "[]")?, (422, None));
    assert_eq!(refused("POST", "/v1/clients", "{}")?, at(422, "name"));
    let without_host = client.replace("@example.com", "");
    assert_eq!(refused("POST", "/v1/clients", &without_host)?, at(422, "email"));
    let nameless = client.replace("Ada", " ");
    assert_eq!(refused("POST", "/v1/clients", &nameless)?, at(422, "name"));
    let product = r#"{"name": "Keyboard", "description": "", "price": 1, "quantity": -1}"#;
    assert_eq!(refused("POST", "/v1/products", product)?, at(422, "quantity"));
    assert_eq!(refused("GET", "/v1/orders/none", "")?, (404, None));
    assert_eq!(
        refused("PATCH", "/v1/orders/none", r#"{"status": "PAGO"}"#)?,
        (404, None)
    );
    assert_eq!(
        refused("PATCH", "/v1/orders/none", r#"{"status": "PAID"}"#)?,
        at(422, "status")
    );
    assert_eq!(refused("GET", "/v1/nothing", "")?, (404, None));
    assert_eq!(refused("DELETE", "/health", "")?, (405, None));
    end(orders.program)
}

#[test]
fn an_order_that_was_given_up_puts_its_products_back_and_stays_so() -> Result<()> {
    let orders = Orders::start(&[], &ON_MEMORY)?;
    let (client, product) = (orders.client()?, orders.product(2)?);
    let order = order_of(&client, &product);
    let first = orders.make("/v1/orders", &order)?;
    assert_eq!(
        refused(&orders, "POST", "/v1/orders", &order.to_string())?,
        at(409, "items[0].quantity")
    );
    assert_eq!(orders.change(&first, "PENDENTE")?.0, 409);
    // Twice, as a client does who got no answer; the products are put back once.
    assert_eq!(orders.change(&first, "CANCELADO")?.0, 200);
    assert_eq!(orders.change(&first, "CANCELADO")?.0, 200);
    assert_eq!(orders.change(&first, "PAGO")?.0, 409);
    orders.make("/v1/orders", &order)?;
    assert_eq!(
        refused(&orders, "POST", "/v1/orders", &order.to_string())?,
        at(409, "items[0].quantity")
    );
    end(orders.program)
}

#[test]
fn a_database_in_a_file_outlives_the_service() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("orders.db").display().to_string();
    let orders = Orders::start(&["--database", &file], &ON_MEMORY)?;
    let (client, product) = (orders.client()?, orders.product(2)?);
    let order = orders.make("/v1/orders", &order_of(&client, &product))?;
    let path = format!("/v1/orders/{order}");
    let before = orders.get(&path)?;
    end(orders.program)?;

    let orders = Orders::start(&["--database", &file], &ON_MEMORY)?;
    assert_eq!(orders.get(&path)?, before);
    end(orders.program)
}
