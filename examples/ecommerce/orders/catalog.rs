//! Clients, and products with how many of them are left.

use rusqlite::{OptionalExtension, Transaction};

use super::error::Problem;
use super::order::new_id;
use super::requests::{NewClient, NewProduct};
use crate::events::Item;

pub(super) fn add_client(store: &Transaction<'_>, client: &NewClient) -> Result<String, Problem> {
    let id = new_id();
    let sql = "INSERT INTO clients (id, name, email, phone, cpf) VALUES (?1, ?2, ?3, ?4, ?5)";
    store.execute(
        sql,
        (&id, &client.name, &client.email, &client.phone, &client.cpf),
    )?;
    Ok(id)
}

pub(super) fn add_product(store: &Transaction<'_>, product: &NewProduct) -> Result<String, Problem> {
    let id = new_id();
    let sql = "INSERT INTO products (id, name, description, price, quantity) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (name, description) = (&product.name, &product.description);
    store.execute(sql, (&id, name, description, product.price, product.quantity))?;
    Ok(id)
}

/// The name of the client an order is for.
pub(super) fn client_name(store: &Transaction<'_>, id: &str) -> Result<String, Problem> {
    store
        .query_row("SELECT name FROM clients WHERE id = ?1", [id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Problem::field("clientId", format!("there is no client {id}")))
}

/// Takes what the item at `index` of an order needs.
pub(super) fn take(store: &Transaction<'_>, index: usize, item: &Item) -> Result<(), Problem> {
    let (id, wanted) = (&item.product_id, item.quantity);
    let left: Option<i64> = store
        .query_row("SELECT quantity FROM products WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .optional()?;
    match left {
        None => {
            let field = format!("items[{index}].productId");
            Err(Problem::field(field, format!("there is no product {id}")))
        }
        Some(left) if left < i64::from(wanted) => {
            let field = format!("items[{index}].quantity");
            let error = format!("only {left} of product {id} are left, not {wanted}");
            Err(Problem::conflict(field, error))
        }
        Some(_) => {
            let sql = "UPDATE products SET quantity = quantity - ?2 WHERE id = ?1";
            store.execute(sql, (id, wanted))?;
            Ok(())
        }
    }
}

/// Puts back what an order had taken.
pub(super) fn put_back(store: &Transaction<'_>, items: &[Item]) -> Result<(), Problem> {
    for item in items {
        let sql = "UPDATE products SET quantity = quantity + ?2 WHERE id = ?1";
        store.execute(sql, (&item.product_id, item.quantity))?;
    }
    Ok(())
}
